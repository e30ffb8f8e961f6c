package dev.modelfleet.kubectl;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatus;
import java.util.Optional;
import java.util.Set;

/** Whether a rollout is over, and how. */
enum RolloutVerdict {
  /** Every target serves what the spec asks for. */
  DONE,
  /** It failed, or was rolled back: nothing more happens until someone changes something. */
  FAILED,
  /** It is under way, or waits for someone or something. */
  UNDER_WAY;

  private static final Set<String> OVER =
      Set.of(
          ModelDeploymentConditions.Reason.PROGRESS_DEADLINE_EXCEEDED,
          ModelDeploymentConditions.Reason.ROLLOUT_ABORTED);

  /** Judges by what the operator has seen of the newest spec. */
  static RolloutVerdict of(ModelDeployment deployment) {
    ModelDeploymentStatus status = deployment.getStatus();
    if (status == null
        || !deployment.getMetadata().getGeneration().equals(status.observedGeneration())) {
      return UNDER_WAY;
    }
    if (isTrue(status, ModelDeploymentConditions.READY)) {
      return DONE;
    }
    if (isTrue(status, ModelDeploymentConditions.RECONCILING)) {
      return UNDER_WAY;
    }
    boolean rejected =
        status.rejectedRevisions().stream()
            .anyMatch(revision -> revision.revision().equals(status.updateRevision()));
    boolean over =
        condition(status, ModelDeploymentConditions.PROGRESSING)
            .filter(condition -> !condition.isTrue() && OVER.contains(condition.reason()))
            .isPresent();
    return rejected || over || isTrue(status, ModelDeploymentConditions.STALLED)
        ? FAILED
        : UNDER_WAY;
  }

  /** The exit code of a command that waited for the rollout's end. */
  int exitCode() {
    return switch (this) {
      case DONE -> ExitCode.DONE;
      case FAILED -> ExitCode.FAILED;
      case UNDER_WAY -> ExitCode.TIMEOUT;
    };
  }

  private static boolean isTrue(ModelDeploymentStatus status, String type) {
    return condition(status, type).filter(Condition::isTrue).isPresent();
  }

  private static Optional<Condition> condition(ModelDeploymentStatus status, String type) {
    return status.conditions().stream().filter(c -> c.type().equals(type)).findFirst();
  }
}
