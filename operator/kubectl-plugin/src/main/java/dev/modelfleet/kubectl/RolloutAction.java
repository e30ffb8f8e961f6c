package dev.modelfleet.kubectl;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatus;
import dev.modelfleet.api.v1alpha1.RejectedRevision;
import dev.modelfleet.api.v1alpha1.RolloutActions;
import dev.modelfleet.api.v1alpha1.WavePhase;
import dev.modelfleet.api.v1alpha1.WaveStatus;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What a command writes: an annotation, which GitOps tools leave alone.
 *
 * @param annotation its key
 * @param value its value; null to remove it
 * @param told what is told afterwards
 */
record RolloutAction(String annotation, String value, String told) {

  private static final Set<WavePhase> PROMOTABLE =
      EnumSet.of(WavePhase.AWAITING_PROMOTION, WavePhase.SOAKING, WavePhase.ANALYZING);

  /** Stands still. */
  static RolloutAction pause(ModelDeployment deployment) {
    return new RolloutAction(RolloutActions.PAUSED, "true", name(deployment) + " is paused");
  }

  /** Goes on. */
  static RolloutAction resume(ModelDeployment deployment) {
    var rollout = deployment.getSpec().rollout();
    if (rollout != null && Boolean.TRUE.equals(rollout.paused())) {
      throw new CommandException(
          "spec.rollout.paused of %s is true: set it to false where the spec is kept"
              .formatted(name(deployment)));
    }
    return new RolloutAction(RolloutActions.PAUSED, null, name(deployment) + " is resumed");
  }

  /** Ends the pause, soak or analysis after the wave that waits, or all further ones. */
  static RolloutAction promote(ModelDeployment deployment, boolean all) {
    ModelDeploymentStatus status = underWay(deployment);
    if (all) {
      return new RolloutAction(
          RolloutActions.PROMOTE,
          status.updateRevision() + "/" + RolloutActions.ALL_WAVES,
          "revision %s goes on without further pauses".formatted(status.updateRevision()));
    }
    Optional<WaveStatus> waiting =
        status.waves().stream().filter(wave -> PROMOTABLE.contains(wave.phase())).findFirst();
    String wave =
        waiting
            .map(WaveStatus::name)
            .orElseThrow(
                () ->
                    new CommandException(
                        "no wave of %s soaks, is analyzed or awaits its promotion: see kubectl modelfleet status"
                            .formatted(name(deployment))));
    return new RolloutAction(
        RolloutActions.PROMOTE,
        status.updateRevision() + "/" + wave,
        "revision %s goes on after wave %s".formatted(status.updateRevision(), wave));
  }

  /** Goes back to the last good revision. */
  static RolloutAction abort(ModelDeployment deployment, Instant now) {
    String revision = underWay(deployment).updateRevision();
    return new RolloutAction(
        RolloutActions.ABORT,
        revision + "@" + later(now, requested(deployment, RolloutActions.RETRY, revision)),
        "revision " + revision + " is given up");
  }

  /** Tries a rejected revision again. */
  static RolloutAction retry(ModelDeployment deployment, Instant now) {
    ModelDeploymentStatus status = status(deployment);
    String revision = status.updateRevision();
    RejectedRevision rejected =
        status.rejectedRevisions().stream()
            .filter(r -> r.revision().equals(revision))
            .findFirst()
            .orElseThrow(
                () ->
                    new CommandException(
                        "revision %s of %s was not rejected: there is nothing to try again"
                            .formatted(revision, name(deployment))));
    if (revision.equals(annotation(deployment, RolloutActions.ABORT))) {
      throw new CommandException(
          "annotation %s of %s gives revision %s up for good: remove it first"
              .formatted(RolloutActions.ABORT, name(deployment), revision));
    }
    Instant after = later(now, Optional.ofNullable(rejected.time()).map(Instant::parse));
    return new RolloutAction(
        RolloutActions.RETRY,
        revision + "@" + later(after, requested(deployment, RolloutActions.ABORT, revision)),
        "revision " + revision + " is tried again");
  }

  /** Now, or just after what it has to be newer than where another clock is ahead. */
  private static Instant later(Instant now, Optional<Instant> other) {
    Instant millis = now.truncatedTo(ChronoUnit.MILLIS);
    return other
        .filter(time -> !time.isBefore(millis))
        .map(time -> time.plusMillis(1))
        .orElse(millis);
  }

  /** When an annotation asked for something with a revision. */
  private static Optional<Instant> requested(
      ModelDeployment deployment, String annotation, String revision) {
    String value = annotation(deployment, annotation);
    String prefix = revision + "@";
    try {
      return value == null || !value.startsWith(prefix)
          ? Optional.empty()
          : Optional.of(Instant.parse(value.substring(prefix.length())));
    } catch (DateTimeParseException e) {
      // The operator does not understand it either.
      return Optional.empty();
    }
  }

  private static String annotation(ModelDeployment deployment, String key) {
    var annotations = deployment.getMetadata().getAnnotations();
    return annotations == null ? null : annotations.get(key);
  }

  /** Serves a kept revision until the spec changes. */
  static RolloutAction undo(ModelDeployment deployment, KeptRevision revision) {
    return new RolloutAction(
        RolloutActions.UNDO,
        revision.hash() + "@" + deployment.getMetadata().getGeneration(),
        "%s goes back to revision %s until its spec changes"
            .formatted(name(deployment), revision.hash()));
  }

  private static ModelDeploymentStatus underWay(ModelDeployment deployment) {
    ModelDeploymentStatus status = status(deployment);
    if (status.updateRevision() == null
        || status.updateRevision().equals(status.currentRevision())) {
      throw new CommandException(
          "no rollout of %s is under way: %s"
              .formatted(name(deployment), StatusText.line(deployment)));
    }
    return status;
  }

  private static ModelDeploymentStatus status(ModelDeployment deployment) {
    return Optional.ofNullable(deployment.getStatus())
        .orElseThrow(
            () ->
                new CommandException(
                    name(deployment) + " has no status yet: does the operator run?"));
  }

  private static String name(ModelDeployment deployment) {
    return "ModelDeployment " + deployment.getMetadata().getName();
  }
}
