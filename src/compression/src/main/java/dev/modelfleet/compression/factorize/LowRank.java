package dev.modelfleet.compression.factorize;

import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.prune.Layer;
import java.util.Arrays;

/**
 * A layer's weights W [inputs, outputs] as the product of two factors of which any leading part is
 * the best of its rank: {@code |X·W − X·W_r|} is the smallest possible over the calibration data X,
 * whose Gram matrix is G. Where there are fewer outputs than inputs, {@code Wᵀ·G·W = V·Λ·Vᵀ} gives
 * {@code W_r = (W·V_r)·V_rᵀ}; otherwise, with {@code G = L·Lᵀ}, {@code Lᵀ·W·Wᵀ·L = U·Λ·Uᵀ} gives
 * {@code W_r = (L⁻ᵀ·U_r)·(U_rᵀ·Lᵀ·W)}, as ASVD (Yuan et al. 2023) and SVD-LLM (Wang et al. 2024)
 * do.
 *
 * @param layer the layer
 * @param inputs weights of one output, of a convolution those of its patch
 * @param outputs number of outputs
 * @param energies eigenvalues Λ, largest first: a rank leaves out the sum of those after it
 * @param left [rank, inputs]: the first factor, transposed
 * @param right [rank, outputs]: the second factor
 */
record LowRank(Layer layer, int inputs, int outputs, double[] energies, Tensor left, Tensor right) {

  /** Added to the diagonal of G, relative to its mean: calibration data never spans everything. */
  private static final double DAMPING = 1e-3;

  private static final double LEAST = 1e-12;

  /**
   * Factorizes.
   *
   * @param weights of the layer
   * @param gram of its inputs; stays as it is
   */
  static LowRank of(Layer layer, Tensor weights, double[][] gram) {
    double[][] matrix = matrix(layer, weights);
    double[][] damped = damped(gram);
    boolean wide = matrix[0].length >= matrix.length;
    return wide ? byInputs(layer, matrix, damped) : byOutputs(layer, matrix, damped);
  }

  private static LowRank byOutputs(Layer layer, double[][] w, double[][] gram) {
    double[][] transposed = DenseMatrix.transpose(w);
    double[][] energy = DenseMatrix.multiply(transposed, DenseMatrix.multiply(gram, w));
    SymmetricEigen.Result eigen = SymmetricEigen.of(energy);
    double[][] left = DenseMatrix.multiply(eigen.vectors(), transposed);
    return balanced(layer, eigen.values(), eigen.values(), left, eigen.vectors());
  }

  private static LowRank byInputs(Layer layer, double[][] w, double[][] gram) {
    double[][] lower = DenseMatrix.cholesky(gram);
    double[][] whitened = DenseMatrix.multiply(DenseMatrix.transpose(lower), w);
    SymmetricEigen.Result eigen = SymmetricEigen.of(DenseMatrix.square(whitened));
    double[][] right = DenseMatrix.multiply(eigen.vectors(), whitened);
    DenseMatrix.solveTransposed(lower, eigen.vectors());
    double[] ones = new double[eigen.values().length];
    Arrays.fill(ones, 1);
    return balanced(layer, eigen.values(), ones, eigen.vectors(), right);
  }

  /**
   * Shares the size of each component out between the factors: what lies between them then neither
   * spreads as far as the energies do nor leaves all of that to the second factor's weights, so
   * that both can be quantized afterwards.
   *
   * @param spread each component's size between the factors, squared
   */
  private static LowRank balanced(
      Layer layer, double[] energies, double[] spread, double[][] left, double[][] right) {
    double most = Arrays.stream(spread).max().orElse(1);
    for (int i = 0; i < energies.length; i++) {
      double wanted = Math.max(energies[i] / Math.max(energies[0], Double.MIN_NORMAL), LEAST);
      double is = Math.max(spread[i] / Math.max(most, Double.MIN_NORMAL), LEAST);
      double factor = Math.pow(wanted, 0.25) / Math.sqrt(is);
      scale(left[i], factor);
      scale(right[i], 1 / factor);
    }
    return new LowRank(
        layer, left[0].length, right[0].length, energies, tensor(left), tensor(right));
  }

  private static void scale(double[] row, double factor) {
    for (int j = 0; j < row.length; j++) {
      row[j] *= factor;
    }
  }

  private static Tensor tensor(double[][] rows) {
    float[] values = new float[rows.length * rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        values[i * rows[i].length + j] = (float) rows[i][j];
      }
    }
    return Tensor.ofFloats(values, rows.length, rows[0].length);
  }

  private static double[][] matrix(Layer layer, Tensor weights) {
    int outputs = (int) weights.dimension(layer.outAxis());
    int inputs = (int) (weights.size() / outputs);
    float[] values = weights.floats();
    double[][] matrix = new double[inputs][outputs];
    for (int i = 0; i < inputs; i++) {
      for (int o = 0; o < outputs; o++) {
        matrix[i][o] = values[layer.outAxis() == 0 ? o * inputs + i : i * outputs + o];
      }
    }
    return matrix;
  }

  private static double[][] damped(double[][] gram) {
    double trace = 0;
    for (int i = 0; i < gram.length; i++) {
      trace += gram[i][i];
    }
    double damping = trace > 0 ? DAMPING * trace / gram.length : 1;
    double[][] damped = new double[gram.length][];
    for (int i = 0; i < gram.length; i++) {
      damped[i] = gram[i].clone();
      damped[i][i] += damping;
    }
    return damped;
  }

  /** Share of the output's energy that a rank leaves out. */
  double lost(int rank) {
    double all = 0;
    double rest = 0;
    for (int i = energies.length - 1; i >= 0; i--) {
      double energy = Math.max(0, energies[i]);
      all += energy;
      rest += i >= rank ? energy : 0;
    }
    return all == 0 ? 0 : rest / all;
  }

  /** Weights that a rank saves; negative where the factors are larger than the layer. */
  long saved(int rank) {
    return (long) inputs * outputs - (long) rank * (inputs + outputs);
  }

  /**
   * Largest multiple of the alignment with which the factors are smaller; 0 where there is none.
   */
  int largestRank(int alignment) {
    int below = (int) (((long) inputs * outputs - 1) / (inputs + outputs));
    return Math.min(below, energies.length) / alignment * alignment;
  }
}
