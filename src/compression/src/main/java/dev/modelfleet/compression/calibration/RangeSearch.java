package dev.modelfleet.compression.calibration;

/**
 * Chooses the range of an activation from its histogram. Clipping rare large values makes the steps
 * between all others finer.
 */
final class RangeSearch {

  /** Share of values that is clipped at each end. */
  static final double PERCENTILE = 0.99999;

  private static final int LEVELS = 255;
  private static final int CANDIDATES = 40;

  /** Narrowest end that is tried, relative to the whole. */
  private static final double NARROWEST = 0.1;

  private RangeSearch() {}

  /** Leaves out the rarest values at both ends. */
  static Range percentile(Histogram histogram, Range full) {
    return new Range(
        Math.max(full.min(), Math.min(0, histogram.quantile(1 - PERCENTILE))),
        Math.min(full.max(), Math.max(0, histogram.quantile(PERCENTILE))));
  }

  /**
   * The range, among a grid of narrower ones, with the smallest expected squared error: of rounding
   * inside, step²/12, and of clipping outside.
   *
   * @param symmetric whether both ends are narrowed together
   */
  static Range leastSquaredError(Histogram histogram, Range full, boolean symmetric) {
    Range best = full;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < CANDIDATES; i++) {
      for (int j = symmetric ? i : 0; j < (symmetric ? i + 1 : CANDIDATES); j++) {
        Range range = new Range(narrowed(full.min(), i), narrowed(full.max(), j));
        double error = squaredError(histogram, range, symmetric);
        if (error < least) {
          least = error;
          best = range;
        }
      }
    }
    return best;
  }

  private static float narrowed(float end, int step) {
    return (float) (end * (1 - (1 - NARROWEST) * step / (CANDIDATES - 1)));
  }

  /** Expected squared error, summed over all values. */
  static double squaredError(Histogram histogram, Range range, boolean symmetric) {
    double max = symmetric ? range.maxAbsolute() : Math.max(0, range.max());
    double min = symmetric ? -max : Math.min(0, range.min());
    double step = (max - min) / LEVELS;
    double rounding = step * step / 12;
    double sum = 0;
    for (int bin = 0; bin < Histogram.BINS; bin++) {
      if (histogram.count(bin) > 0) {
        double value = histogram.centre(bin);
        double outside = Math.max(0, Math.max(value - max, min - value));
        sum += histogram.count(bin) * (rounding + outside * outside);
      }
    }
    return sum;
  }
}
