package dev.modelfleet.compression.evaluation;

import java.util.function.DoubleUnaryOperator;

/**
 * Original and variant on the same samples, each right or wrong. Counts need not be whole: what a
 * larger set would tell is asked with multiples.
 *
 * @param both samples that both get right
 * @param lost samples that only the original gets right
 * @param gained samples that only the variant gets right
 */
record PairedHits(double both, double lost, double gained) {

  private static final int STEPS = 200;

  /** Relative loss: (original − variant) / original. */
  double drop() {
    return (lost - gained) / (both + lost);
  }

  /** The same shares in a set of another size. */
  PairedHits times(double factor) {
    return new PairedHits(both * factor, lost * factor, gained * factor);
  }

  /**
   * The score interval of the relative loss, from the ratio of two correlated proportions (J. Nam
   * and W. C. Blackwelder, Analysis of the ratio of marginal probabilities in a matched-pair
   * setting, Statistics in Medicine 21, 2002). It leaves out a loss of zero exactly where McNemar's
   * test rejects equality, and keeps a width where no sample differs: z² / (n + z²) with n samples
   * right.
   *
   * @param z how many standard deviations; half the level's complement lies beyond it
   * @return lower and upper end
   */
  double[] interval(double z) {
    double ratio = 1 - drop();
    double low = ratio == 0 ? 0 : crossing(theta -> score(theta) - z, 0, ratio);
    double high = Math.max(1, ratio);
    while (score(high) > -z) {
      high *= 2;
    }
    return new double[] {1 - crossing(theta -> score(theta) + z, ratio, high), 1 - low};
  }

  /** Where a falling function changes its sign. */
  private static double crossing(DoubleUnaryOperator falling, double low, double high) {
    double from = low;
    double to = high;
    for (int i = 0; i < STEPS; i++) {
      double middle = (from + to) / 2;
      if (falling.applyAsDouble(middle) > 0) {
        from = middle;
      } else {
        to = middle;
      }
    }
    return (from + to) / 2;
  }

  /**
   * How far the observed counts are from a true ratio theta of the variant's accuracy to the
   * original's, in standard deviations. With o and v the shares of {@code lost} and {@code gained}
   * among samples that one of the two gets right, the ratio holds where o = (1 − theta) + theta·v;
   * the likeliest v is the larger root of a quadratic.
   */
  private double score(double theta) {
    double right = both + lost + gained;
    double a = theta * (1 + theta) * right;
    double b =
        -both * (1 - theta * theta) + lost * theta * theta + gained * (2 * theta * theta - 1);
    double c = gained * theta * (1 - theta);
    double v = (b + Math.sqrt(Math.max(0, b * b + 4 * a * c))) / (2 * a);
    double o = (1 - theta) + theta * v;
    double difference = both + gained - theta * (both + lost);
    double deviation = Math.sqrt(theta * right * (o + v));
    return difference == 0 ? 0 : difference / deviation;
  }
}
