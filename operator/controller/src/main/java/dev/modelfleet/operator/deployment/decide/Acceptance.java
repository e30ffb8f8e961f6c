package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.DeploymentTarget;
import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions.Reason;
import dev.modelfleet.api.v1alpha1.Percentage;
import dev.modelfleet.api.v1alpha1.Placement;
import dev.modelfleet.api.v1alpha1.Wave;
import java.util.List;
import java.util.Optional;

/** What of a spec can't be carried out although the API server takes it. */
final class Acceptance {

  private Acceptance() {}

  /** The first thing that speaks against a spec; empty where nothing does. */
  static Optional<RolloutState.NotAccepted> objection(DeploymentFacts facts) {
    if (!facts.conflicts().isEmpty()) {
      return Optional.of(
          new RolloutState.NotAccepted(Reason.NAME_CONFLICT, String.join("; ", facts.conflicts())));
    }
    return wavesNotAscending(facts)
        .or(() -> replicasNotApplicable(facts))
        .or(() -> autoscalingNotApplicable(facts))
        .or(() -> RouteAcceptance.objection(facts));
  }

  private static Optional<RolloutState.NotAccepted> autoscalingNotApplicable(
      DeploymentFacts facts) {
    var serving = facts.deployment().getSpec().serving();
    if (serving == null || serving.autoscaling() == null) {
      return Optional.empty();
    }
    List<DeploymentTarget> scalable =
        facts.deployment().getSpec().targets().stream()
            .filter(target -> target.replicas() == null)
            .filter(target -> facts.targets().containsKey(target.hardwareTargetRef().name()))
            .filter(target -> !perNode(facts, target))
            .toList();
    Optional<DeploymentTarget> away =
        scalable.stream()
            .filter(
                target ->
                    !facts
                        .targets()
                        .get(target.hardwareTargetRef().name())
                        .getSpec()
                        .placement()
                        .clusterSelector()
                        .isEmpty())
            .findFirst();
    if (away.isPresent()) {
      return Optional.of(
          new RolloutState.NotAccepted(
              Reason.AUTOSCALING_NOT_APPLICABLE,
              "target %s runs in member clusters, where the number of pods does not follow the load: give it replicas"
                  .formatted(away.get().name())));
    }
    boolean known =
        facts.deployment().getSpec().targets().stream()
            .allMatch(target -> facts.targets().containsKey(target.hardwareTargetRef().name()));
    return known && scalable.isEmpty()
        ? Optional.of(
            new RolloutState.NotAccepted(
                Reason.AUTOSCALING_NOT_APPLICABLE,
                "serving.autoscaling is given, but each target runs one pod on each node or gives replicas: remove autoscaling or replicas"))
        : Optional.empty();
  }

  private static Optional<RolloutState.NotAccepted> wavesNotAscending(DeploymentFacts facts) {
    var rollout = facts.deployment().getSpec().rollout();
    List<Wave> shares =
        rollout == null
            ? List.of()
            : rollout.waves().stream().filter(wave -> wave.percent() != null).toList();
    for (int i = 1; i < shares.size(); i++) {
      Wave wave = shares.get(i);
      Wave before = shares.get(i - 1);
      if (Percentage.parse(wave.percent()).fraction()
          <= Percentage.parse(before.percent()).fraction()) {
        return Optional.of(
            new RolloutState.NotAccepted(
                Reason.WAVES_NOT_ASCENDING,
                "wave %s takes %s of all units together with the waves before it, and wave %s already takes %s: give percentages in ascending order"
                    .formatted(wave.name(), wave.percent(), before.name(), before.percent())));
      }
    }
    return Optional.empty();
  }

  private static Optional<RolloutState.NotAccepted> replicasNotApplicable(DeploymentFacts facts) {
    return facts.deployment().getSpec().targets().stream()
        .filter(target -> target.replicas() != null)
        .filter(target -> perNode(facts, target))
        .findFirst()
        .map(
            target ->
                new RolloutState.NotAccepted(
                    Reason.REPLICAS_NOT_APPLICABLE,
                    "target %s gives replicas, but HardwareTarget %s runs one pod on each node: remove replicas"
                        .formatted(target.name(), target.hardwareTargetRef().name())));
  }

  private static boolean perNode(DeploymentFacts facts, DeploymentTarget target) {
    var hardware = facts.targets().get(target.hardwareTargetRef().name());
    return hardware != null && hardware.getSpec().placement().mode() == Placement.Mode.PER_NODE;
  }
}
