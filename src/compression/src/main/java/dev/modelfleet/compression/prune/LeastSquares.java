package dev.modelfleet.compression.prune;

import java.util.stream.IntStream;

/**
 * A ridge regression that is added up row by row: weights W that make {@code Σ |W x − y|²} small
 * without leaving what they were, {@code + λ |W − W₀|²}. Sums and factors are in double precision:
 * the matrix of a convolution's patches is close to singular.
 */
final class LeastSquares {

  private static final int BLOCK = 128;

  private final int inputs;
  private final int outputs;
  private final double[][] gram;
  private final double[][] products;
  private final double[][] rows = new double[BLOCK][];
  private final double[][] targets = new double[BLOCK][];
  private int pending;
  private long count;

  LeastSquares(int inputs, int outputs) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.gram = new double[inputs][inputs];
    this.products = new double[inputs][outputs];
    for (int i = 0; i < BLOCK; i++) {
      rows[i] = new double[inputs];
      targets[i] = new double[outputs];
    }
  }

  /** Memory for the next row's inputs. */
  double[] nextInputs() {
    return rows[pending];
  }

  /** Memory for the next row's targets. */
  double[] nextTargets() {
    return targets[pending];
  }

  /** Takes what was written to both into account. */
  void add() {
    count++;
    if (++pending == BLOCK) {
      flush();
    }
  }

  private void flush() {
    int full = pending;
    IntStream.range(0, inputs).parallel().forEach(i -> accumulate(i, full));
    pending = 0;
  }

  private void accumulate(int i, int full) {
    double[] line = gram[i];
    double[] product = products[i];
    for (int r = 0; r < full; r++) {
      double[] x = rows[r];
      double factor = x[i];
      if (factor != 0) {
        for (int j = 0; j <= i; j++) {
          line[j] += factor * x[j];
        }
        double[] y = targets[r];
        for (int j = 0; j < outputs; j++) {
          product[j] += factor * y[j];
        }
      }
    }
  }

  /** Number of rows. */
  long count() {
    return count;
  }

  /**
   * Solves.
   *
   * @param start W₀ as [inputs][outputs]; is overwritten with W
   * @param ridge λ relative to the mean of the squared inputs; where rows are scarce it counts more
   */
  void solve(double[][] start, double ridge) {
    flush();
    double trace = 0;
    for (int i = 0; i < inputs; i++) {
      trace += gram[i][i];
    }
    if (trace == 0) {
      return;
    }
    double scarcity = Math.max(1, 3.0 * inputs / count);
    double lambda = ridge * scarcity * trace / inputs;
    double[][] residual = residual(start);
    for (int i = 0; i < inputs; i++) {
      gram[i][i] += lambda;
    }
    factorize();
    substitute(residual);
    for (int i = 0; i < inputs; i++) {
      for (int o = 0; o < outputs; o++) {
        start[i][o] += residual[i][o];
      }
    }
  }

  /** What is left to explain: products − gram · start. */
  private double[][] residual(double[][] start) {
    double[][] residual = new double[inputs][];
    IntStream.range(0, inputs)
        .parallel()
        .forEach(
            i -> {
              double[] line = products[i].clone();
              for (int j = 0; j < inputs; j++) {
                double g = j <= i ? gram[i][j] : gram[j][i];
                double[] weights = start[j];
                for (int o = 0; g != 0 && o < outputs; o++) {
                  line[o] -= g * weights[o];
                }
              }
              residual[i] = line;
            });
    return residual;
  }

  /** Cholesky: the lower triangle of gram becomes its factor. */
  private void factorize() {
    for (int j = 0; j < inputs; j++) {
      double[] pivot = gram[j];
      double diagonal = pivot[j];
      for (int k = 0; k < j; k++) {
        diagonal -= pivot[k] * pivot[k];
      }
      // Rounding can take what is left of a direction that others span.
      double root = Math.sqrt(Math.max(diagonal, Double.MIN_NORMAL));
      pivot[j] = root;
      int column = j;
      IntStream rest = IntStream.range(j + 1, inputs);
      (inputs - j > 64 ? rest.parallel() : rest)
          .forEach(
              i -> {
                double[] line = gram[i];
                double sum = line[column];
                for (int k = 0; k < column; k++) {
                  sum -= line[k] * pivot[k];
                }
                line[column] = sum / root;
              });
    }
  }

  private void substitute(double[][] b) {
    for (int i = 0; i < inputs; i++) {
      for (int k = 0; k < i; k++) {
        subtract(b[i], b[k], gram[i][k]);
      }
      divide(b[i], gram[i][i]);
    }
    for (int i = inputs - 1; i >= 0; i--) {
      for (int k = i + 1; k < inputs; k++) {
        subtract(b[i], b[k], gram[k][i]);
      }
      divide(b[i], gram[i][i]);
    }
  }

  private static void subtract(double[] from, double[] other, double factor) {
    for (int o = 0; factor != 0 && o < from.length; o++) {
      from[o] -= factor * other[o];
    }
  }

  private static void divide(double[] line, double by) {
    for (int o = 0; o < line.length; o++) {
      line[o] /= by;
    }
  }
}
