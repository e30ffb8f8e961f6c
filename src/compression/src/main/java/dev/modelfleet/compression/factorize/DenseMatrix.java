package dev.modelfleet.compression.factorize;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Products of dense matrices, rows in parallel. */
final class DenseMatrix {

  private DenseMatrix() {}

  /** {@code a · b}. */
  static double[][] multiply(double[][] a, double[][] b) {
    int width = b[0].length;
    double[][] result = new double[a.length][];
    IntStream.range(0, a.length)
        .parallel()
        .forEach(
            i -> {
              double[] line = new double[width];
              for (int k = 0; k < b.length; k++) {
                add(line, b[k], a[i][k]);
              }
              result[i] = line;
            });
    return result;
  }

  /** {@code a · aᵀ}. */
  static double[][] square(double[][] a) {
    double[][] result = new double[a.length][a.length];
    IntStream.range(0, a.length)
        .parallel()
        .forEach(
            i -> {
              for (int j = 0; j <= i; j++) {
                result[i][j] = dot(a[i], a[j]);
              }
            });
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < i; j++) {
        result[j][i] = result[i][j];
      }
    }
    return result;
  }

  /** {@code aᵀ}. */
  static double[][] transpose(double[][] a) {
    double[][] result = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[i].length; j++) {
        result[j][i] = a[i][j];
      }
    }
    return result;
  }

  /**
   * The lower triangular L with {@code a = L·Lᵀ}.
   *
   * @param a symmetric, positive definite; is overwritten
   */
  static double[][] cholesky(double[][] a) {
    int n = a.length;
    for (int j = 0; j < n; j++) {
      double[] pivot = a[j];
      double root = Math.sqrt(Math.max(pivot[j] - dot(pivot, pivot, j), Double.MIN_NORMAL));
      pivot[j] = root;
      int column = j;
      IntStream rest = IntStream.range(j + 1, n);
      (n - j > 64 ? rest.parallel() : rest)
          .forEach(i -> a[i][column] = (a[i][column] - dot(a[i], pivot, column)) / root);
      Arrays.fill(pivot, j + 1, n, 0);
    }
    return a;
  }

  /**
   * Solves {@code Lᵀ·x = b} for each of several right sides.
   *
   * @param lower L
   * @param b one a row; is overwritten by x
   */
  static void solveTransposed(double[][] lower, double[][] b) {
    IntStream.range(0, b.length)
        .parallel()
        .forEach(
            r -> {
              double[] x = b[r];
              for (int i = x.length - 1; i >= 0; i--) {
                x[i] /= lower[i][i];
                double[] row = lower[i];
                for (int k = 0; k < i; k++) {
                  x[k] -= row[k] * x[i];
                }
              }
            });
  }

  private static void add(double[] to, double[] row, double factor) {
    for (int j = 0; factor != 0 && j < to.length; j++) {
      to[j] += factor * row[j];
    }
  }

  private static double dot(double[] a, double[] b) {
    return dot(a, b, a.length);
  }

  /** Of the first elements. */
  static double dot(double[] a, double[] b, int count) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int j = 0;
    for (; j + 3 < count; j += 4) {
      s0 += a[j] * b[j];
      s1 += a[j + 1] * b[j + 1];
      s2 += a[j + 2] * b[j + 2];
      s3 += a[j + 3] * b[j + 3];
    }
    for (; j < count; j++) {
      s0 += a[j] * b[j];
    }
    return s0 + s1 + s2 + s3;
  }
}
