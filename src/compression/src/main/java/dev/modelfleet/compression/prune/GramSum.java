package dev.modelfleet.compression.prune;

import java.util.stream.IntStream;

/** A sum of {@code x·xᵀ} in double precision, to which rows are added in blocks. */
final class GramSum {

  private static final int BLOCK = 128;

  private final double[][] sum;
  private final double[][] rows;
  private int pending;

  GramSum(int width) {
    this.sum = new double[width][width];
    this.rows = new double[BLOCK][width];
  }

  /** Memory for the next row. */
  double[] next() {
    return rows[pending];
  }

  /** Takes what was written to it into account. */
  void add() {
    if (++pending == BLOCK) {
      flush();
    }
  }

  private void flush() {
    int full = pending;
    IntStream.range(0, sum.length)
        .parallel()
        .forEach(
            i -> {
              double[] line = sum[i];
              for (int r = 0; r < full; r++) {
                double[] x = rows[r];
                double factor = x[i];
                for (int j = 0; factor != 0 && j <= i; j++) {
                  line[j] += factor * x[j];
                }
              }
            });
    pending = 0;
  }

  /** The sum of all rows; no more rows can be added. */
  double[][] matrix() {
    flush();
    for (int i = 0; i < sum.length; i++) {
      for (int j = 0; j < i; j++) {
        sum[j][i] = sum[i][j];
      }
    }
    return sum;
  }
}
