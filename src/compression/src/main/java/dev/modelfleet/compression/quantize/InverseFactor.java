package dev.modelfleet.compression.quantize;

import java.util.stream.IntStream;

/**
 * The upper triangular U with {@code H⁻¹ = UᵀU} of a Gram matrix H of activations. Row i of U says
 * how the weights after the i-th must move so that an error in the i-th changes the outputs least.
 *
 * <p>U is found without inverting H: with {@code H = RRᵀ}, R upper triangular (a Cholesky
 * factorization from the last row to the first), U is R⁻¹.
 */
public final class InverseFactor {

  /** Added to the diagonal, relative to its mean, as calibration data never spans everything. */
  private static final double DAMPING = 0.01;

  private final float[][] rows;
  private final float[] diagonal;

  private InverseFactor(float[][] rows, float[] diagonal) {
    this.rows = rows;
    this.diagonal = diagonal;
  }

  /**
   * Factorizes.
   *
   * @param gram symmetric, positive semidefinite, row by row; is overwritten
   */
  public static InverseFactor of(double[][] gram) {
    int n = gram.length;
    double trace = 0;
    for (int i = 0; i < n; i++) {
      trace += gram[i][i];
    }
    double damping = trace > 0 ? DAMPING * trace / n : 1;
    for (int i = 0; i < n; i++) {
      gram[i][i] += damping;
    }
    factor(gram);
    float[] diagonal = new float[n];
    return new InverseFactor(invert(gram, diagonal), diagonal);
  }

  /** Leaves R with {@code H = RRᵀ} in the upper triangle. */
  private static void factor(double[][] h) {
    for (int k = h.length - 1; k >= 0; k--) {
      double pivot = Math.sqrt(Math.max(h[k][k], Double.MIN_NORMAL));
      double[] column = new double[k];
      for (int i = 0; i < k; i++) {
        column[i] = h[i][k] / pivot;
        h[i][k] = column[i];
      }
      h[k][k] = pivot;
      IntStream.range(0, k).parallel().forEach(i -> subtract(h[i], column[i], column, i));
    }
  }

  private static void subtract(double[] row, double factor, double[] column, int from) {
    for (int j = from; j < column.length; j++) {
      row[j] -= factor * column[j];
    }
  }

  /** Inverse of an upper triangular matrix, each row divided by its diagonal element. */
  private static float[][] invert(double[][] r, float[] diagonal) {
    int n = r.length;
    float[][] inverse = new float[n][];
    IntStream.range(0, n)
        .parallel()
        .forEach(
            i -> {
              double[] row = new double[n];
              row[i] = 1 / r[i][i];
              for (int k = i; k < n - 1; k++) {
                // Row i of R⁻¹ follows from x·R = eᵢ, solved from left to right.
                double done = k == i ? row[i] : row[k];
                double[] factors = r[k];
                for (int j = k + 1; j < n; j++) {
                  row[j] -= done * factors[j];
                }
                row[k + 1] /= r[k + 1][k + 1];
              }
              diagonal[i] = (float) row[i];
              inverse[i] = new float[n - i];
              for (int j = i; j < n; j++) {
                inverse[i][j - i] = (float) (row[j] / row[i]);
              }
            });
    return inverse;
  }

  /** What an error of one in a weight costs at least, those after it made to compensate it. */
  public float cost(int index) {
    return 1 / (diagonal[index] * diagonal[index]);
  }

  /**
   * Spreads the error of one weight over those after it.
   *
   * @param weights one for each row of H
   * @param index of the weight that was rounded
   * @param error what rounding took from it
   */
  public void compensate(float[] weights, int index, float error) {
    float[] row = rows[index];
    for (int j = 1; j < row.length; j++) {
      weights[index + j] -= error * row[j];
    }
  }
}
