package dev.modelfleet.runtime.build;

import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.Trial;
import java.util.Locale;

/** How figures are written for people. */
final class Figures {

  private Figures() {}

  /** A size in megabytes of 10⁶ bytes, as Kubernetes' {@code M}. */
  static String size(long bytes) {
    return bytes < 100_000
        ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
        : String.format(Locale.ROOT, bytes < 10_000_000 ? "%.2f MB" : "%.1f MB", bytes / 1e6);
  }

  /** A fraction in percent with three significant digits or so; tiny losses are not hidden. */
  static String percent(double fraction) {
    double percent = fraction * 100;
    double magnitude = Math.abs(percent);
    if (magnitude > 0 && magnitude < 0.0005) {
      return String.format(Locale.ROOT, "%.0e%%", percent);
    }
    String text =
        String.format(
            Locale.ROOT, magnitude < 1 ? "%.3f" : magnitude < 10 ? "%.2f" : "%.1f", percent);
    String trimmed = text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
    return (trimmed.equals("-0") ? "0" : trimmed) + "%";
  }

  /** Size and accuracy of a model in one line. */
  static String summary(Trial trial) {
    return size(trial.size())
        + (trial.accuracy() == null
            ? ""
            : ", " + percent(trial.accuracy().drop()) + " of accuracy lost");
  }

  /** A metric in words. */
  static String metric(MetricType metric) {
    return switch (metric) {
      case COSINE_SIMILARITY -> "cosine";
      case TOP_K_ACCURACY -> "accuracy";
      case MEAN_SQUARED_ERROR -> "relative squared error";
    };
  }
}
