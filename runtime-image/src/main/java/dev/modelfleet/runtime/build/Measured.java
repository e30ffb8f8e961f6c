package dev.modelfleet.runtime.build;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.Latency;
import dev.modelfleet.artifact.LayerReport;
import dev.modelfleet.artifact.StepNote;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.artifact.TrialOutcome;
import dev.modelfleet.compression.evaluation.AccuracyGate.Miss;
import java.util.List;

/** What is known of one model so far. */
final class Measured {
  private final String name;
  private final long size;
  private final List<StepNote> notes;
  Accuracy accuracy;
  Latency latency;
  List<LayerReport> layers = List.of();
  List<String> warnings = List.of();

  Measured(String name, long size, List<StepNote> notes) {
    this.name = name;
    this.size = size;
    this.notes = notes;
  }

  Trial trial(TrialOutcome outcome, Miss miss) {
    return new Trial(
        name,
        outcome,
        miss.reason(),
        miss.message(),
        size,
        accuracy,
        latency,
        notes,
        layers,
        warnings);
  }
}
