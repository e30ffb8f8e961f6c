package dev.modelfleet.operator.deployment;

import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatus;
import dev.modelfleet.operator.deployment.decide.DeploymentFacts;
import dev.modelfleet.operator.deployment.decide.MereProgress;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** When the status of a ModelDeployment is written: at once, or mere progress after a moment. */
final class ReportPace {

  private final Map<ResourceID, Instant> written = new ConcurrentHashMap<>();

  /**
   * Until when a status waits.
   *
   * @return empty for one that is written now
   */
  Optional<Instant> heldUntil(
      DeploymentFacts facts,
      ModelDeploymentStatus status,
      Instant now,
      Context<ModelDeployment> context) {
    Instant last = written.get(ResourceID.fromResource(facts.deployment()));
    if (last == null || !MereProgress.is(facts.status(), status)) {
      return Optional.empty();
    }
    long underway = context.getPrimaryCache().list(ReportPace::isUnderway).count();
    return Optional.of(last.plus(MereProgress.interval(underway))).filter(now::isBefore);
  }

  /** A status was written. */
  void wrote(ModelDeployment deployment, ModelDeploymentStatus status, Instant now) {
    ResourceID id = ResourceID.fromResource(deployment);
    if (status.phase() == DeploymentPhase.HEALTHY) {
      written.remove(id);
    } else {
      written.put(id, now);
    }
  }

  private static boolean isUnderway(ModelDeployment deployment) {
    return deployment.getStatus() == null
        || deployment.getStatus().phase() != DeploymentPhase.HEALTHY;
  }
}
