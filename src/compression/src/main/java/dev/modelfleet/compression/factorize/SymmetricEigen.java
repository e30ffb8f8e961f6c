package dev.modelfleet.compression.factorize;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder's reduction to a tridiagonal
 * matrix, then implicit QL iterations (Golub and Van Loan, Matrix Computations, 8.3). Vectors are
 * kept as rows, so that every inner loop runs over memory in order.
 */
final class SymmetricEigen {

  private static final int MAX_ITERATIONS = 60;
  private static final double PRECISION = Math.ulp(1.0);

  /** Below this a parallel loop costs more than it gains. */
  private static final int PARALLEL = 128;

  private final int n;
  private final double[] diagonal;
  private final double[] off;
  private final double[][] vectors;

  private SymmetricEigen(double[][] matrix) {
    this.n = matrix.length;
    this.diagonal = new double[n];
    this.off = new double[n];
    this.vectors = new double[n][n];
  }

  /**
   * The decomposition, largest eigenvalue first.
   *
   * @param values eigenvalues
   * @param vectors of length one, one a row
   */
  record Result(double[] values, double[][] vectors) {}

  /**
   * Decomposes.
   *
   * @param matrix symmetric; is overwritten
   * @throws ArithmeticException where the iterations do not converge, as with values that are not
   *     finite
   */
  static Result of(double[][] matrix) {
    SymmetricEigen eigen = new SymmetricEigen(matrix);
    eigen.reduce(matrix);
    eigen.iterate();
    Integer[] order = IntStream.range(0, matrix.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(i -> -eigen.diagonal[i]));
    return new Result(
        Arrays.stream(order).mapToDouble(i -> eigen.diagonal[i]).toArray(),
        Arrays.stream(order).map(i -> eigen.vectors[i]).toArray(double[][]::new));
  }

  private IntStream rows(int count) {
    IntStream rows = IntStream.range(0, count);
    return count > PARALLEL ? rows.parallel() : rows;
  }

  /** Makes the matrix tridiagonal and {@code vectors} the transposed product of the reflections. */
  private void reduce(double[][] a) {
    double[] beta = new double[n];
    for (int i = n - 1; i > 1; i--) {
      double[] u = a[i];
      diagonal[i] = u[i];
      double norm = Math.sqrt(DenseMatrix.dot(u, u, i));
      double alpha = u[i - 1] > 0 ? -norm : norm;
      off[i] = alpha;
      u[i - 1] -= alpha;
      double square = DenseMatrix.dot(u, u, i);
      if (square == 0) {
        continue;
      }
      beta[i] = 2 / square;
      reflect(a, i, beta[i]);
    }
    if (n > 1) {
      diagonal[1] = a[1][1];
      off[1] = a[1][0];
    }
    if (n > 0) {
      diagonal[0] = a[0][0];
    }
    for (int i = 0; i < n; i++) {
      vectors[i][i] = 1;
    }
    rows(n)
        .forEach(
            r -> {
              for (int i = 2; i < n; i++) {
                if (beta[i] != 0) {
                  double factor = beta[i] * DenseMatrix.dot(vectors[r], a[i], i);
                  subtract(vectors[r], a[i], factor, i);
                }
              }
            });
  }

  /** Applies the reflection in row i from both sides to the leading rows and columns. */
  private void reflect(double[][] a, int i, double beta) {
    double[] u = a[i];
    double[] p = new double[i];
    rows(i).forEach(j -> p[j] = beta * DenseMatrix.dot(a[j], u, i));
    double k = beta / 2 * DenseMatrix.dot(u, p, i);
    for (int j = 0; j < i; j++) {
      p[j] -= k * u[j];
    }
    rows(i)
        .forEach(
            j -> {
              double[] row = a[j];
              double x = u[j];
              double y = p[j];
              for (int c = 0; c < i; c++) {
                row[c] -= x * p[c] + y * u[c];
              }
            });
  }

  private static void subtract(double[] from, double[] other, double factor, int count) {
    for (int j = 0; j < count; j++) {
      from[j] -= factor * other[j];
    }
  }

  /** QL with implicit shifts: makes the off-diagonal zero. */
  private void iterate() {
    System.arraycopy(off, 1, off, 0, Math.max(0, n - 1));
    if (n > 0) {
      off[n - 1] = 0;
    }
    for (int l = 0; l < n; l++) {
      int iterations = 0;
      for (int m = small(l); m != l; m = small(l)) {
        if (++iterations > MAX_ITERATIONS || Double.isNaN(off[l])) {
          throw new ArithmeticException("the eigenvalues of a layer do not converge");
        }
        sweep(l, m);
      }
    }
  }

  /** The first index from l on whose off-diagonal element is negligible. */
  private int small(int l) {
    int m = l;
    while (m < n - 1
        && Math.abs(off[m]) > PRECISION * (Math.abs(diagonal[m]) + Math.abs(diagonal[m + 1]))) {
      m++;
    }
    return m;
  }

  private void sweep(int l, int m) {
    double g = (diagonal[l + 1] - diagonal[l]) / (2 * off[l]);
    g = diagonal[m] - diagonal[l] + off[l] / (g + Math.copySign(Math.sqrt(g * g + 1), g));
    double s = 1;
    double c = 1;
    double p = 0;
    for (int i = m - 1; i >= l; i--) {
      double f = s * off[i];
      double b = c * off[i];
      double r = Math.sqrt(f * f + g * g);
      off[i + 1] = r;
      if (r == 0) {
        diagonal[i + 1] -= p;
        off[m] = 0;
        return;
      }
      s = f / r;
      c = g / r;
      g = diagonal[i + 1] - p;
      r = (diagonal[i] - g) * s + 2 * c * b;
      p = s * r;
      diagonal[i + 1] = g + p;
      g = c * r - b;
      rotate(vectors[i], vectors[i + 1], s, c);
    }
    diagonal[l] -= p;
    off[l] = g;
    off[m] = 0;
  }

  private static void rotate(double[] lower, double[] upper, double s, double c) {
    for (int k = 0; k < lower.length; k++) {
      double low = lower[k];
      double high = upper[k];
      lower[k] = c * low - s * high;
      upper[k] = s * low + c * high;
    }
  }
}
