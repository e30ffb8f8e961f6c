package dev.modelfleet.compression.evaluation;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.compression.report.Figures;
import java.util.Locale;
import java.util.Optional;

/**
 * The decision on a loss of accuracy: it must be within the limit up to the upper end of its
 * confidence interval, so that a variant is not accepted for the luck of a small evaluation set.
 *
 * @param limit largest accepted loss as a fraction; null where none is set
 * @param confidence level of the interval; 0 where the measured loss alone is judged
 */
public record AccuracyGate(Double limit, double confidence) {

  /**
   * Why a variant is not accepted.
   *
   * @param reason a constant of {@link Trial}
   * @param message figures, limit and, where more samples may help, how many
   */
  public record Miss(String reason, String message) {}

  /** Whether a variant loses too much, or may lose too much for all that is known. */
  public Optional<Miss> judge(Accuracy accuracy) {
    if (limit == null) {
      return Optional.empty();
    }
    if (accuracy.drop() > limit) {
      return Optional.of(new Miss(Trial.ACCURACY_BELOW_GATE, measured(accuracy) + above(accuracy)));
    }
    if (confidence == 0) {
      return Optional.empty();
    }
    if (accuracy.interval() == null) {
      return Optional.of(new Miss(Trial.ACCURACY_UNCERTAIN, tooFew(accuracy)));
    }
    return accuracy.interval().upper() > limit
        ? Optional.of(new Miss(Trial.ACCURACY_UNCERTAIN, uncertain(accuracy)))
        : Optional.empty();
  }

  private static String measured(Accuracy accuracy) {
    return accuracy.metric() == MetricType.MEAN_SQUARED_ERROR
        ? String.format(Locale.ROOT, "the relative squared error %.4g", accuracy.variant())
        : String.format(
            Locale.ROOT,
            "%s %.4f against %.4f of the original: %s lost",
            Figures.metric(accuracy.metric()),
            accuracy.variant(),
            accuracy.original(),
            Figures.percent(accuracy.drop()));
  }

  private String above(Accuracy accuracy) {
    return " is above the limit of " + loss(accuracy, limit);
  }

  private static String loss(Accuracy accuracy, double loss) {
    return accuracy.metric() == MetricType.MEAN_SQUARED_ERROR
        ? String.format(Locale.ROOT, "%.4g", loss)
        : Figures.percent(loss);
  }

  private String tooFew(Accuracy accuracy) {
    return measured(accuracy)
        + ", but %d samples are too few for a %s interval, which takes %d: add samples, or set evaluation.confidence: 0%% to judge the measured loss alone"
            .formatted(accuracy.samples(), Figures.percent(confidence), PairedMeans.MIN_SAMPLES);
  }

  private String uncertain(Accuracy accuracy) {
    Accuracy.Interval interval = accuracy.interval();
    return measured(accuracy)
        + " on %d samples, and with %s confidence up to %s, which"
            .formatted(
                accuracy.samples(),
                Figures.percent(interval.confidence()),
                loss(accuracy, interval.upper()))
        + above(accuracy)
        + SampleSize.needed(accuracy, limit)
            .map(": about %,d samples like these would prove it"::formatted)
            .orElse("");
  }
}
