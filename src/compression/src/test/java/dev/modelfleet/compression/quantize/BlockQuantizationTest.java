package dev.modelfleet.compression.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.modelfleet.artifact.Granularity;
import dev.modelfleet.artifact.QuantizationScheme;
import dev.modelfleet.artifact.Step;
import dev.modelfleet.artifact.WeightFormat;
import dev.modelfleet.artifact.WeightRounding;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.runtime.ModelInMemory;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import dev.modelfleet.compression.transform.TransformContext;
import dev.modelfleet.compression.transform.ValueTypes;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights in blocks: what ONNX Runtime computes with them, and how they are rounded. */
class BlockQuantizationTest {

  private static final int INPUTS = 96;
  private static final int OUTPUTS = 24;

  private static float[] gaussian(int count, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** {@code y = x · w}, and {@code z} the rows of w that {@code ids} names. */
  private static OnnxModel model(Tensor weights, boolean transposed) {
    Graph graph = Graph.named("product");
    graph.constants().put("w", weights);
    graph.constants().put("b", Tensor.ofFloats(gaussian(OUTPUTS, 9), OUTPUTS));
    graph.inputs().add(ValueTypes.valueInfo("x", ElementType.FLOAT, 2, INPUTS));
    graph.inputs().add(ValueTypes.valueInfo("ids", ElementType.INT64, 3));
    graph.outputs().add(ValueTypes.valueInfo("y", ElementType.FLOAT, 2, OUTPUTS));
    graph.outputs().add(ValueTypes.valueInfo("z", ElementType.FLOAT, 3, weights.dimension(1)));
    graph
        .nodes()
        .add(
            transposed
                ? Node.of("Gemm", "gemm", List.of("x", "w", "b"), List.of("y")).with("transB", 1)
                : Node.of("MatMul", "product", List.of("x", "w"), List.of("y")));
    graph.nodes().add(Node.of("Gather", "rows", List.of("w", "ids"), List.of("z")));
    return OnnxModel.of(graph, 8, Map.of("", 13L));
  }

  @ParameterizedTest
  @CsvSource({
    "4, 16, false, false",
    "4, 32, true, false",
    "4, 32, false, true",
    "4, 128, false, true",
    "8, 64, false, false",
    "8, 32, true, true",
    "8, 256, false, true"
  })
  void theEngineReadsWhatWasMeant(int bits, int size, boolean symmetric, boolean transposed) {
    Tensor weights =
        transposed
            ? Tensor.ofFloats(gaussian(INPUTS * OUTPUTS, 1), OUTPUTS, INPUTS)
            : Tensor.ofFloats(gaussian(INPUTS * OUTPUTS, 1), INPUTS, OUTPUTS);
    OnnxModel original = model(weights, transposed);
    OnnxModel variant = original.copy();
    Step.Quantize step =
        new Step.Quantize(
            QuantizationScheme.WEIGHT_ONLY,
            Granularity.PER_BLOCK,
            null,
            null,
            null,
            null,
            null,
            null,
            new WeightFormat(bits, size, symmetric, null, null));
    new BlockwiseQuantizer(step).apply(variant, new TransformContext(null, Optional.empty(), 1));

    BlockFormat format = new BlockFormat(bits, size, symmetric);
    Tensor rows = transposed ? weights : Matrices.transpose(weights);
    float[] x = gaussian(2 * INPUTS, 2);
    Map<String, TensorData> inputs =
        Map.of(
            "x",
            TensorData.ofFloats(x, 2, INPUTS),
            "ids",
            TensorData.ofLongs(new long[] {3, 0, 7}, 3));
    Map<String, TensorData> outputs;
    try (ModelSession session = ModelInMemory.open(variant, SessionOptions.cpu(1))) {
      outputs = session.run(inputs);
    }
    float[] bias = transposed ? original.graph().constants().get("b").floats() : new float[OUTPUTS];
    float[] y = outputs.get("y").toFloats();
    for (int channel = 0; channel < OUTPUTS; channel++) {
      BlockRow row = nearest(rows, channel, format);
      for (int sample = 0; sample < 2; sample++) {
        double expected = bias[channel];
        for (int i = 0; i < INPUTS; i++) {
          expected += (double) x[sample * INPUTS + i] * row.value(i, format);
        }
        assertThat((double) y[sample * OUTPUTS + channel]).isCloseTo(expected, within(1e-4));
      }
    }
    float[] z = outputs.get("z").toFloats();
    int width = (int) weights.dimension(1);
    boolean inBlocks = width % size == 0;
    BlockRow third = inBlocks ? nearest(weights, 3, format) : null;
    for (int i = 0; i < width; i++) {
      float expected = inBlocks ? third.value(i, format) : weights.floats()[3 * width + i];
      assertThat(z[i]).isCloseTo(expected, within(1e-6f));
    }
  }

  private static BlockRow nearest(Tensor rows, int row, BlockFormat format) {
    float[] weights = new float[(int) rows.dimension(1)];
    rows.copyFloats((long) row * weights.length, weights);
    return BlockRounding.independent(WeightRounding.NEAREST).round(weights, format);
  }

  @Test
  void aBlocksZeroIsExactAndItsErrorAtMostHalfAStep() {
    for (int bits : new int[] {4, 8}) {
      BlockFormat format = new BlockFormat(bits, 32, false);
      float[] weights = gaussian(70, bits);
      weights[5] = 0;
      BlockRow row = BlockRounding.independent(WeightRounding.NEAREST).round(weights, format);
      assertThat(row.value(5, format)).isZero();
      for (int i = 0; i < weights.length; i++) {
        assertThat(Math.abs(row.value(i, format) - weights[i]))
            .isLessThanOrEqualTo(row.scales()[i / 32] * 1.001f);
      }
    }
    BlockRow zeros =
        BlockRounding.independent(WeightRounding.HQQ)
            .round(new float[32], new BlockFormat(4, 32, true));
    assertThat(zeros.value(0, new BlockFormat(4, 32, true))).isZero();
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void halfQuadraticIsNoWorseByItsMeasureAndBetterWithOutliers(boolean symmetric) {
    BlockFormat format = new BlockFormat(4, 64, symmetric);
    double nearest = 0;
    double optimized = 0;
    for (int seed = 0; seed < 50; seed++) {
      float[] weights = gaussian(64, seed);
      weights[seed] *= 4;
      double before =
          rootError(
              weights,
              BlockRounding.independent(WeightRounding.NEAREST).round(weights, format),
              format);
      double after =
          rootError(
              weights,
              BlockRounding.independent(WeightRounding.HQQ).round(weights, format),
              format);
      assertThat(after).isLessThanOrEqualTo(before + 1e-9);
      nearest += before;
      optimized += after;
    }
    assertThat(optimized).isLessThan(nearest * 0.99);
  }

  private static double rootError(float[] weights, BlockRow row, BlockFormat format) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += Math.sqrt(Math.abs(weights[i] - row.value(i, format)));
    }
    return sum;
  }

  @Test
  void theInverseFactorIsThatOfEachTrailingPart() {
    int n = 7;
    double[][] gram = correlated(n, 40);
    double trace = 0;
    for (int i = 0; i < n; i++) {
      trace += gram[i][i];
    }
    double[][] damped = copy(gram);
    for (int i = 0; i < n; i++) {
      damped[i][i] += 0.01 * trace / n;
    }
    InverseFactor factor = InverseFactor.of(gram);
    for (int i = 0; i < n; i++) {
      double[] inverseRow = firstRowOfInverse(damped, i);
      float[] weights = new float[n];
      factor.compensate(weights, i, 1);
      for (int j = i + 1; j < n; j++) {
        assertThat((double) -weights[j]).isCloseTo(inverseRow[j - i] / inverseRow[0], within(1e-5));
      }
    }
  }

  @Test
  void compensationLowersTheErrorOfOutputs() {
    int n = 48;
    double[][] gram = correlated(n, 400);
    BlockFormat format = new BlockFormat(4, 16, false);
    BlockRounding compensated = BlockRounding.compensated(InverseFactor.of(copy(gram)));
    BlockRounding nearest = BlockRounding.independent(WeightRounding.NEAREST);
    double before = 0;
    double after = 0;
    for (int seed = 0; seed < 20; seed++) {
      float[] weights = gaussian(n, seed);
      before += outputError(gram, weights, nearest.round(weights.clone(), format), format);
      after += outputError(gram, weights, compensated.round(weights.clone(), format), format);
    }
    assertThat(after).isLessThan(before * 0.7);
  }

  private static double outputError(
      double[][] gram, float[] weights, BlockRow row, BlockFormat format) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      for (int j = 0; j < weights.length; j++) {
        sum +=
            gram[i][j] * (weights[i] - row.value(i, format)) * (weights[j] - row.value(j, format));
      }
    }
    return sum;
  }

  /** Gram matrix of activations that share a few causes. */
  private static double[][] correlated(int n, int samples) {
    Random random = new Random(5);
    double[][] mix = new double[n][4];
    for (double[] row : mix) {
      Arrays.setAll(row, i -> random.nextGaussian());
    }
    double[][] gram = new double[n][n];
    for (int s = 0; s < samples; s++) {
      double[] causes = random.doubles(4, -1, 1).toArray();
      double[] x = new double[n];
      for (int i = 0; i < n; i++) {
        x[i] = 0.3 * random.nextGaussian();
        for (int c = 0; c < 4; c++) {
          x[i] += mix[i][c] * causes[c];
        }
      }
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          gram[i][j] += x[i] * x[j];
        }
      }
    }
    return gram;
  }

  private static double[][] copy(double[][] matrix) {
    return Arrays.stream(matrix).map(double[]::clone).toArray(double[][]::new);
  }

  /** First row of the inverse of the part from an index on, by Gauss-Jordan elimination. */
  private static double[] firstRowOfInverse(double[][] matrix, int from) {
    int n = matrix.length - from;
    double[][] a = new double[n][n + 1];
    for (int i = 0; i < n; i++) {
      System.arraycopy(matrix[from + i], from, a[i], 0, n);
    }
    a[0][n] = 1;
    for (int p = 0; p < n; p++) {
      double pivot = a[p][p];
      for (int j = p; j <= n; j++) {
        a[p][j] /= pivot;
      }
      for (int i = 0; i < n; i++) {
        double factor = i == p ? 0 : a[i][p];
        for (int j = p; j <= n && factor != 0; j++) {
          a[i][j] -= factor * a[p][j];
        }
      }
    }
    double[] column = new double[n];
    for (int i = 0; i < n; i++) {
      column[i] = a[i][n];
    }
    return column;
  }
}
