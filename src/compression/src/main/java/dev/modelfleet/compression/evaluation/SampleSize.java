package dev.modelfleet.compression.evaluation;

import dev.modelfleet.artifact.Accuracy;
import java.util.Optional;

/** How many samples an evaluation set needs for a gate. */
final class SampleSize {

  /** More than anybody has; where even these do not do, none do. */
  private static final long MOST = 100_000_000;

  private SampleSize() {}

  /**
   * How many samples would bring the upper end of the interval below a limit if they were like
   * those measured, rounded up to two digits; empty where no number would.
   */
  static Optional<Long> needed(Accuracy accuracy, double limit) {
    if (accuracy.drop() >= limit || accuracy.interval() == null) {
      return Optional.empty();
    }
    double factor =
        accuracy.lost() == null ? byRootOfSamples(accuracy, limit) : byCounts(accuracy, limit);
    double samples = accuracy.samples() * factor;
    return samples > MOST ? Optional.empty() : Optional.of(roundedUp((long) Math.ceil(samples)));
  }

  /** The distance between estimate and end shrinks with the root of the number of samples. */
  private static double byRootOfSamples(Accuracy accuracy, double limit) {
    double root = (accuracy.interval().upper() - accuracy.drop()) / (limit - accuracy.drop());
    return root * root;
  }

  private static double byCounts(Accuracy accuracy, double limit) {
    double z = NormalDistribution.quantile((1 + accuracy.interval().confidence()) / 2);
    double hits = accuracy.original() * accuracy.samples();
    PairedHits counts = new PairedHits(hits - accuracy.lost(), accuracy.lost(), accuracy.gained());
    double low = 1;
    double high = 2;
    while (counts.times(high).interval(z)[1] > limit && high * accuracy.samples() < 2.0 * MOST) {
      low = high;
      high *= 2;
    }
    for (int i = 0; i < 40; i++) {
      double middle = (low + high) / 2;
      if (counts.times(middle).interval(z)[1] > limit) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  private static long roundedUp(long samples) {
    long unit = 1;
    while (samples / unit >= 100) {
      unit *= 10;
    }
    return (samples + unit - 1) / unit * unit;
  }
}
