package dev.modelfleet.compression.report;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.Trial;
import java.util.Locale;

/** How figures are written for people. */
public final class Figures {

  private Figures() {}

  /** A size in units of powers of ten, as Kubernetes' {@code M}, with three significant digits. */
  public static String size(long bytes) {
    return bytes < 100_000 ? number(bytes / 1e3) + " kB" : number(bytes / 1e6) + " MB";
  }

  /** A number with three significant digits at least, without trailing zeros. */
  public static String number(double value) {
    double magnitude = Math.abs(value);
    String text =
        String.format(
            Locale.ROOT, magnitude < 10 ? "%.2f" : magnitude < 100 ? "%.1f" : "%.0f", value);
    return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
  }

  /** A fraction in percent with three significant digits or so; tiny losses are not hidden. */
  public static String percent(double fraction) {
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
  public static String summary(Trial trial) {
    return size(trial.size())
        + (trial.accuracy() == null ? "" : ", " + loss(trial.accuracy()) + " of accuracy lost");
  }

  /** The measured loss, and how large it may be where that is known. */
  public static String loss(Accuracy accuracy) {
    Accuracy.Interval interval = accuracy.interval();
    return interval == null
        ? percent(accuracy.drop())
        : "%s (%s confidence: at most %s)"
            .formatted(
                percent(accuracy.drop()),
                percent(interval.confidence()),
                percent(interval.upper()));
  }

  /** A metric in words. */
  public static String metric(MetricType metric) {
    return switch (metric) {
      case COSINE_SIMILARITY -> "cosine";
      case TOP_K_ACCURACY -> "accuracy";
      case TOP_ONE_AGREEMENT -> "agreement";
      case MEAN_SQUARED_ERROR -> "relative squared error";
    };
  }
}
