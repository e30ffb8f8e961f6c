package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions.Reason;
import dev.modelfleet.api.v1alpha1.ModelVariantConditions;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.operator.placement.decide.ProbePlace;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The variants of all targets in one: the worst of them is spoken of.
 *
 * @param ready whether every target has its proven variant
 * @param reason of condition VariantsReady
 * @param message of condition VariantsReady
 * @param stalled whether a target waits for someone to change something
 */
record VariantsSummary(boolean ready, String reason, String message, boolean stalled) {

  private static final Set<String> WAITS_FOR_NODE =
      Set.of(
          ModelVariantConditions.Reason.NO_NODES_MATCH,
          ProbePlace.NO_NODE_READY,
          ProbePlace.NO_DEVICE,
          ProbePlace.DEVICE_BUSY);

  static VariantsSummary of(DeploymentDecision decision) {
    List<TargetServing> open = decision.servings().stream().filter(s -> !s.wantedReady()).toList();
    if (open.isEmpty()) {
      return new VariantsSummary(
          true, Reason.VARIANTS_READY, "every target has its proven variant", false);
    }
    List<TargetServing> rejected = with(open, VariantPhase.REJECTED);
    if (!rejected.isEmpty()) {
      return new VariantsSummary(false, Reason.VARIANT_REJECTED, words(rejected), true);
    }
    List<TargetServing> failed = with(open, VariantPhase.FAILED);
    if (!failed.isEmpty()) {
      boolean stalled = failed.stream().anyMatch(VariantWords::stalled);
      return new VariantsSummary(false, Reason.VARIANT_FAILED, words(failed), stalled);
    }
    List<TargetServing> waiting =
        open.stream().filter(s -> WAITS_FOR_NODE.contains(VariantWords.reason(s))).toList();
    return waiting.isEmpty()
        ? new VariantsSummary(false, Reason.BUILDING, words(open), false)
        : new VariantsSummary(false, Reason.NO_NODES_MATCH, words(waiting), false);
  }

  private static List<TargetServing> with(List<TargetServing> servings, VariantPhase phase) {
    return servings.stream().filter(s -> s.phase() == phase).toList();
  }

  private static String words(List<TargetServing> servings) {
    return servings.stream()
        .limit(3)
        .map(
            s -> {
              boolean failed = s.phase() == VariantPhase.FAILED;
              String reason = failed ? VariantWords.reason(s) + ": " : "";
              return "target " + s.target().name() + ": " + reason + VariantWords.message(s);
            })
        .collect(Collectors.joining("; "));
  }
}
