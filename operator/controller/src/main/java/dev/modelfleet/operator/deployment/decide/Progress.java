package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatus;
import dev.modelfleet.operator.status.Conditions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;

/** The clock of a rollout: it starts anew with each progress and stands still while paused. */
final class Progress {

  private Progress() {}

  /**
   * When pods last made progress.
   *
   * @param ripening whether a unit only has to stay as it is for a while, which is progress too
   */
  static Instant time(
      DeploymentFacts facts,
      Revision update,
      List<TargetServing> servings,
      boolean ripening,
      Instant now) {
    ModelDeploymentStatus status = facts.status();
    Instant second = now.truncatedTo(ChronoUnit.SECONDS);
    boolean started =
        status.progressTime() == null || !update.hash().equals(status.updateRevision());
    if (started || ripening || pods(servings) > status.updated() + status.available()) {
      return second;
    }
    return Instant.parse(status.progressTime()).plus(paused(status, second));
  }

  /** What is not there yet, for people. */
  static String missing(List<TargetServing> servings) {
    return servings.stream()
        .filter(s -> s.updating() && !s.complete())
        .map(
            s ->
                "target %s has %d of %d pods updated and %d available"
                    .formatted(s.target().name(), s.updated(), s.desired(), s.available()))
        .collect(Collectors.joining("; "));
  }

  /** What the first failed pod of a revision says, to be added to a sentence. */
  static String trouble(DeploymentFacts facts, Revision update) {
    List<String> variants = update.plans().stream().map(TargetPlan::variant).toList();
    return facts.pods().stream()
        .filter(pod -> pod.failure() != null && variants.contains(pod.variant()))
        .findFirst()
        .map(
            pod ->
                "; a pod of target %s on node %s failed: %s: %s"
                    .formatted(
                        pod.target(), pod.node(), pod.failure().reason(), pod.failure().message()))
        .orElse("");
  }

  private static int pods(List<TargetServing> servings) {
    return servings.stream().mapToInt(s -> s.updated() + s.available()).sum();
  }

  /** How long the pause took that ends now. */
  private static Duration paused(ModelDeploymentStatus status, Instant now) {
    return Conditions.find(status.conditions(), ModelDeploymentConditions.PAUSED)
        .filter(Condition::isTrue)
        .map(paused -> Duration.between(Instant.parse(paused.lastTransitionTime()), now))
        .orElse(Duration.ZERO);
  }
}
