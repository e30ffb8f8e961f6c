package dev.modelfleet.kubectl;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatus;
import dev.modelfleet.api.v1alpha1.RejectedRevision;
import dev.modelfleet.api.v1alpha1.TargetStatus;
import dev.modelfleet.api.v1alpha1.WaveStatus;

/** A ModelDeployment's status for people. */
final class StatusText {

  private StatusText() {}

  /** One line: where it stands. */
  static String line(ModelDeployment deployment) {
    ModelDeploymentStatus status = deployment.getStatus();
    boolean seen =
        status != null
            && deployment.getMetadata().getGeneration().equals(status.observedGeneration());
    return seen
        ? PhaseWord.of(status.phase()) + ": " + status.message()
        : "Pending: the operator has not seen generation "
            + deployment.getMetadata().getGeneration()
            + " of the spec yet";
  }

  /** Everything: revisions, targets, waves, and what was rejected. */
  static String full(ModelDeployment deployment) {
    ModelDeploymentStatus status = deployment.getStatus();
    StringBuilder text = new StringBuilder();
    text.append(deployment.getMetadata().getName()).append("  ").append(line(deployment));
    text.append('\n');
    if (status == null) {
      return text.toString();
    }
    text.append(revisions(status));
    TextTable targets = targets(status);
    if (!targets.isEmpty()) {
      text.append('\n').append(targets.text());
    }
    TextTable waves = waves(status);
    if (!waves.isEmpty()) {
      text.append('\n').append(waves.text());
    }
    status.waves().stream()
        .filter(wave -> wave.message() != null && !wave.message().isEmpty())
        .forEach(wave -> text.append("wave %s: %s\n".formatted(wave.name(), wave.message())));
    for (RejectedRevision revision : status.rejectedRevisions()) {
      text.append(
          "rejected %s: %s: %s\n"
              .formatted(revision.revision(), revision.reason(), revision.message()));
    }
    return text.toString();
  }

  private static String revisions(ModelDeploymentStatus status) {
    if (status.updateRevision() == null) {
      return "";
    }
    return status.updateRevision().equals(status.currentRevision())
        ? "revision " + status.currentRevision() + "\n"
        : "revision %s is wanted, %s\n"
            .formatted(
                status.updateRevision(),
                status.currentRevision() == null
                    ? "none serves yet"
                    : status.currentRevision() + " is the last that all targets served");
  }

  private static TextTable targets(ModelDeploymentStatus status) {
    TextTable table =
        new TextTable("TARGET", "PHASE", "RECIPE", "SIZE", "DROP", "P99", "UPDATED", "READY");
    for (TargetStatus target : status.targetStatuses()) {
      table.row(
          target.name(),
          target.phase() == null ? null : PhaseWord.of(target.phase()),
          target.recipe(),
          target.size(),
          target.accuracyDrop(),
          target.latencyP99(),
          target.updated() + "/" + target.desired(),
          target.ready() + "/" + target.desired());
    }
    return table;
  }

  private static TextTable waves(ModelDeploymentStatus status) {
    TextTable table =
        new TextTable(
            "WAVE",
            "PHASE",
            "UNITS",
            "UPDATED",
            "VERIFIED",
            "FAILED",
            "UNREACHABLE",
            "SOAKS UNTIL");
    for (WaveStatus wave : status.waves()) {
      table.row(
          wave.name(),
          PhaseWord.of(wave.phase()),
          wave.units(),
          wave.updated(),
          wave.verified(),
          wave.failed(),
          wave.unreachable(),
          wave.soakUntil());
    }
    return table;
  }
}
