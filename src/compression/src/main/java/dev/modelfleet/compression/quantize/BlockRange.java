package dev.modelfleet.compression.quantize;

/**
 * Scale and zero point of one block of weights.
 *
 * @param scale positive
 * @param zeroPoint code that stands for 0
 */
record BlockRange(float scale, int zeroPoint) {

  private static final int ITERATIONS = 20;

  /**
   * The whole range of the weights; symmetric blocks use the one code that has no positive partner
   * where that has the smaller squared error.
   */
  static BlockRange whole(float[] weights, int from, int to, BlockFormat format) {
    float min = 0;
    float max = 0;
    for (int i = from; i < to; i++) {
      min = Math.min(min, weights[i]);
      max = Math.max(max, weights[i]);
    }
    if (!format.symmetric()) {
      float scale = positive(((double) max - min) / format.maxCode());
      int zeroPoint = (int) Math.clamp(Math.rint(-min / (double) scale), 0, format.maxCode());
      return new BlockRange(scale, zeroPoint);
    }
    double largest = Math.max(max, -min);
    int middle = format.middle();
    BlockRange narrow = new BlockRange(positive(largest / middle), middle);
    BlockRange wide = new BlockRange(positive(largest / (middle - 1)), middle);
    return narrow.error(weights, from, to, format, true)
            < wide.error(weights, from, to, format, true)
        ? narrow
        : wide;
  }

  /**
   * The range with the smallest sum of {@code √|error|}, found by half-quadratic splitting (Badri
   * and Shaji, "Half-Quadratic Quantization", 2023): errors are separated into outliers, by a
   * shrinkage operator, and the rest, for which the best scale and zero point have closed forms.
   * Needs no data. Unlike the original, which keeps real zero points and a fixed scale, the zero
   * point is an integer, as engines want it, and the scale is optimized.
   */
  static BlockRange halfQuadratic(float[] weights, int from, int to, BlockFormat format) {
    BlockRange best = whole(weights, from, to, format);
    double least = best.error(weights, from, to, format, false);
    BlockRange current = best;
    double beta = 10 / Math.max(square(current.scale), Double.MIN_NORMAL);
    for (int i = 0; i < ITERATIONS; i++) {
      current = current.refined(weights, from, to, format, beta);
      double error = current.error(weights, from, to, format, false);
      if (error >= least) {
        return best;
      }
      least = error;
      best = current;
      beta *= 1.05;
    }
    return best;
  }

  private BlockRange refined(float[] weights, int from, int to, BlockFormat format, double beta) {
    double products = 0;
    double squares = 0;
    double offsets = 0;
    for (int i = from; i < to; i++) {
      int code = code(weights[i], format);
      double target = weights[i] - shrink(weights[i] - value(code), beta);
      products += target * (code - zeroPoint);
      squares += square(code - zeroPoint);
      offsets += code - target / scale;
    }
    int moved =
        format.symmetric()
            ? zeroPoint
            : (int) Math.clamp(Math.rint(offsets / (to - from)), 0, format.maxCode());
    return new BlockRange(
        squares > 0 && products > 0 ? positive(products / squares) : scale, moved);
  }

  /** Approximate proximal operator of {@code √|x|} for weight beta. */
  private static double shrink(double error, double beta) {
    double size = Math.abs(error);
    if (size == 0) {
      return 0;
    }
    return Math.copySign(Math.max(0, size - 0.5 / (Math.sqrt(size) * beta)), error);
  }

  private double error(float[] weights, int from, int to, BlockFormat format, boolean squared) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      double error = Math.abs(weights[i] - value(code(weights[i], format)));
      sum += squared ? error * error : Math.sqrt(error);
    }
    return sum;
  }

  /** The nearest code of a weight, half to even. */
  int code(float weight, BlockFormat format) {
    return (int) Math.clamp(Math.rint((double) weight / scale) + zeroPoint, 0, format.maxCode());
  }

  /** The weight that a code stands for. */
  float value(int code) {
    return (code - zeroPoint) * scale;
  }

  private static double square(double value) {
    return value * value;
  }

  private static float positive(double scale) {
    return scale < Float.MIN_NORMAL ? 1 : (float) scale;
  }
}
