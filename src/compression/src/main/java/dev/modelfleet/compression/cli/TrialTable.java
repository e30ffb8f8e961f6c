package dev.modelfleet.compression.cli;

import dev.modelfleet.artifact.Latency;
import dev.modelfleet.artifact.ParetoFront;
import dev.modelfleet.artifact.ProofReport;
import dev.modelfleet.artifact.Trial;
import java.util.Locale;

/**
 * The summary of a run: the original and every trial, one line each; a star marks those that no
 * other one beats in size and accuracy at once.
 */
final class TrialTable {

  private TrialTable() {}

  static String of(ProofReport report) {
    TextTable table =
        new TextTable(
            "RECIPE", "SIZE", "RATIO", "SCORE", "DROP", "AT MOST", "P50", "P99", "RESULT");
    table.add(
        "original",
        Sizes.megabytes(report.sourceSize()),
        "1.00",
        "",
        "",
        "",
        p50(report.originalLatency()),
        p99(report.originalLatency()),
        "");
    for (Trial trial : report.trials()) {
      table.add(
          trial.recipe() + (optimal(report, trial) ? " *" : ""),
          trial.size() == 0 ? "-" : Sizes.megabytes(trial.size()),
          trial.size() == 0
              ? "-"
              : String.format(Locale.ROOT, "%.2f", (double) report.sourceSize() / trial.size()),
          trial.accuracy() == null
              ? "-"
              : String.format(Locale.ROOT, "%.5f", trial.accuracy().variant()),
          trial.accuracy() == null ? "-" : Sizes.percent(trial.accuracy().drop()),
          trial.accuracy() == null ? "-" : Sizes.atMost(trial.accuracy()),
          p50(trial.latency()),
          p99(trial.latency()),
          trial.reason() == null
              ? "Accepted"
              : "%s: %s".formatted(trial.reason(), trial.message()));
    }
    return table.toString();
  }

  /** Worth a mark where there is a choice. */
  private static boolean optimal(ProofReport report, Trial trial) {
    return report.trials().size() > 1 && ParetoFront.contains(report.trials(), trial);
  }

  private static String p50(Latency latency) {
    return latency == null ? "-" : Sizes.millis(latency.p50Millis());
  }

  private static String p99(Latency latency) {
    return latency == null ? "-" : Sizes.millis(latency.p99Millis());
  }
}
