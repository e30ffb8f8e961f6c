package dev.modelfleet.compression.runtime;

import dev.modelfleet.compression.tensor.TensorData;

/** How alike two results are; 1 means the same. */
public final class Similarity {

  private Similarity() {}

  /**
   * Cosine of the angle between two vectors of equal length; of two zero vectors 1, of a zero and
   * another vector 0. A single number has no direction: there it is 1 minus the relative
   * difference.
   */
  public static double cosine(float[] a, float[] b) {
    requireEqualLength(a, b);
    if (a.length == 1) {
      double scale = Math.max(Math.abs(a[0]), Math.abs(b[0]));
      return scale == 0 ? 1 : 1 - Math.abs((double) a[0] - b[0]) / scale;
    }
    double dot = 0;
    double squareA = 0;
    double squareB = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      squareA += (double) a[i] * a[i];
      squareB += (double) b[i] * b[i];
    }
    if (squareA == 0 || squareB == 0) {
      return squareA == squareB ? 1 : 0;
    }
    return dot / Math.sqrt(squareA * squareB);
  }

  /** Fraction of equal elements, for results that are not floating point. */
  public static double equalFraction(TensorData a, TensorData b) {
    if (!a.strings().isEmpty()) {
      return a.strings().equals(b.strings()) ? 1 : 0;
    }
    long[] first = a.toLongs();
    long[] second = b.toLongs();
    int equal = 0;
    for (int i = 0; i < first.length; i++) {
      equal += first[i] == second[i] ? 1 : 0;
    }
    return first.length == 0 ? 1 : (double) equal / first.length;
  }

  /** Whether no element is NaN or infinite. */
  public static boolean isFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  private static void requireEqualLength(float[] a, float[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "results have %d and %d elements".formatted(a.length, b.length));
    }
  }
}
