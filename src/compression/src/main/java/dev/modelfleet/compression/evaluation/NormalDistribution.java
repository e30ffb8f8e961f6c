package dev.modelfleet.compression.evaluation;

/** The standard normal distribution. */
final class NormalDistribution {

  /** Beyond this the tail is below 1e-19: nothing that a level of confidence can ask for. */
  private static final double EDGE = 9;

  private NormalDistribution() {}

  /**
   * Probability of a value of at most x, by the Taylor series around 0 (G. Marsaglia, Evaluating
   * the Normal Distribution, Journal of Statistical Software 11(4), 2004).
   */
  static double probability(double x) {
    if (Math.abs(x) > EDGE) {
      return x < 0 ? 0 : 1;
    }
    double sum = x;
    double previous = 0;
    double term = x;
    for (int i = 3; sum != previous; i += 2) {
      previous = sum;
      term *= x * x / i;
      sum += term;
    }
    return 0.5 + sum * Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  }

  /** The value that is exceeded with probability 1 − p, for p between 0 and 1. */
  static double quantile(double p) {
    double low = -EDGE;
    double high = EDGE;
    while (true) {
      double middle = (low + high) / 2;
      if (middle == low || middle == high) {
        return middle;
      }
      if (probability(middle) < p) {
        low = middle;
      } else {
        high = middle;
      }
    }
  }
}
