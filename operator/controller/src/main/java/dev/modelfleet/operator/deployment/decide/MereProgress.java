package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatus;
import dev.modelfleet.operator.status.Conditions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Changes of a status that only tell how far a first rollout has come: it was under way and still
 * is, and nothing else of it matters more than that. With many ModelDeployments under way, these
 * are most of what could be written, and they may wait a moment for each other.
 */
public final class MereProgress {

  private static final Set<DeploymentPhase> UNDERWAY =
      Set.of(DeploymentPhase.BUILDING, DeploymentPhase.ROLLING_OUT);
  private static final List<String> STEADY =
      List.of(
          ModelDeploymentConditions.ACCEPTED,
          ModelDeploymentConditions.RESOLVED_REFS,
          ModelDeploymentConditions.PAUSED,
          ModelDeploymentConditions.STALLED);
  private static final long FEW = 10;
  private static final long SHORTEST_MILLIS = 2_000;
  private static final long LONGEST_MILLIS = 30_000;

  private MereProgress() {}

  /** Whether a change is no more than that. */
  public static boolean is(ModelDeploymentStatus before, ModelDeploymentStatus after) {
    return Objects.equals(before.observedGeneration(), after.observedGeneration())
        && isFirstRollout(before)
        && isFirstRollout(after)
        && Objects.equals(before.updateRevision(), after.updateRevision())
        && Objects.equals(before.modelDigest(), after.modelDigest())
        && before.rejectedRevisions().equals(after.rejectedRevisions())
        && degraded(before) == degraded(after)
        && STEADY.stream().allMatch(type -> holds(before, type) == holds(after, type))
        && (!holds(before, ModelDeploymentConditions.AVAILABLE)
            || holds(after, ModelDeploymentConditions.AVAILABLE));
  }

  private static boolean isFirstRollout(ModelDeploymentStatus status) {
    return status.currentRevision() == null
        && status.waves().isEmpty()
        && status.phase() != null
        && UNDERWAY.contains(status.phase())
        && holds(status, ModelDeploymentConditions.RECONCILING);
  }

  private static long degraded(ModelDeploymentStatus status) {
    return status.targetStatuses().stream()
        .filter(target -> target.phase() == DeploymentPhase.DEGRADED)
        .count();
  }

  private static boolean holds(ModelDeploymentStatus status, String type) {
    return Conditions.isTrue(status.conditions(), type);
  }

  /**
   * How far apart such changes are written: where few ModelDeployments are under way, at once; many
   * write about twenty a second together.
   *
   * @param underway number of ModelDeployments that are under way
   */
  public static Duration interval(long underway) {
    return underway < FEW
        ? Duration.ZERO
        : Duration.ofMillis(Math.clamp(underway * 50, SHORTEST_MILLIS, LONGEST_MILLIS));
  }
}
