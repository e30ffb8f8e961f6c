package dev.modelfleet.compression.evaluation;

/** Student's t distribution with a whole number of degrees of freedom. */
final class StudentDistribution {

  /** From here on it is the normal distribution to three digits of a quantile. */
  private static final int LIKE_NORMAL = 500;

  private static final double EDGE = 1e6;

  private StudentDistribution() {}

  /**
   * Probability of a value between −t and t (Abramowitz and Stegun, Handbook of Mathematical
   * Functions, 26.7.3 and 26.7.4).
   */
  static double within(double t, int degrees) {
    double angle = Math.atan(t / Math.sqrt(degrees));
    double cosine = Math.cos(angle);
    boolean odd = degrees % 2 == 1;
    double term = odd ? cosine : 1;
    double sum = degrees == 1 ? 0 : term;
    for (int i = odd ? 2 : 1; i <= degrees - 3; i += 2) {
      term *= cosine * cosine * i / (i + 1);
      sum += term;
    }
    double product = Math.sin(angle) * sum;
    return odd ? 2 / Math.PI * (angle + product) : product;
  }

  /** The t with the given probability between −t and t. */
  static double quantile(double probability, int degrees) {
    if (degrees >= LIKE_NORMAL) {
      return NormalDistribution.quantile((1 + probability) / 2);
    }
    double low = 0;
    double high = EDGE;
    while (true) {
      double middle = (low + high) / 2;
      if (middle == low || middle == high) {
        return middle;
      }
      if (within(middle, degrees) < probability) {
        low = middle;
      } else {
        high = middle;
      }
    }
  }
}
