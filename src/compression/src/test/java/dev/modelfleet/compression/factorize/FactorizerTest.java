package dev.modelfleet.compression.factorize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.LayerReport;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.RecipeRunner;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.TransformedModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.evaluation.Evaluator;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.testing.RandomData;
import dev.modelfleet.compression.testing.RandomModel;
import dev.modelfleet.compression.transform.ValueTypes;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What factorization makes of models, and how ranks are found. */
class FactorizerTest {

  private static final Evaluation.Metric ERROR =
      new Evaluation.Metric(MetricType.MEAN_SQUARED_ERROR, null, null, null, null);

  @TempDir Path directory;

  private static Recipe recipe(String settings) {
    return ContractJson.read(
        "{\"name\":\"r\",\"steps\":[{\"factorize\":{" + settings + "}}]}", Recipe.class);
  }

  private static float[] gaussian(int count, double deviation, Random random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }

  /** Rows of a matrix that is the product of two thin ones. */
  private static float[] lowRank(int rows, int columns, int rank, Random random) {
    float[] left = gaussian(rows * rank, 1, random);
    float[] right = gaussian(rank * columns, 0.1, random);
    float[] product = new float[rows * columns];
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < rank; k++) {
        for (int j = 0; j < columns; j++) {
          product[i * columns + j] += left[i * rank + k] * right[k * columns + j];
        }
      }
    }
    return product;
  }

  private static OnnxModel single(String kind, int inputs, int outputs) {
    Random random = new Random(3);
    Graph graph = Graph.named("single");
    graph.constants().put("b", Tensor.ofFloats(gaussian(outputs, 1, random), outputs));
    if (kind.equals("Conv")) {
      graph.inputs().add(ValueTypes.valueInfo("x", ElementType.FLOAT, 1, inputs, 9, 9));
      graph.outputs().add(ValueTypes.valueInfo("y", ElementType.FLOAT, 1, outputs, 5, 5));
      float[] weights = lowRank(outputs, inputs * 9, 8, random);
      graph.constants().put("w", Tensor.ofFloats(weights, outputs, inputs, 3, 3));
      graph
          .nodes()
          .add(
              Node.of("Conv", "conv", List.of("x", "w", "b"), List.of("y"))
                  .with("strides", List.of(2L, 2L))
                  .with("pads", List.of(1L, 1L, 1L, 1L)));
      return OnnxModel.of(graph, 8, Map.of("", 13L));
    }
    graph.inputs().add(ValueTypes.valueInfo("x", ElementType.FLOAT, 1, inputs));
    graph.outputs().add(ValueTypes.valueInfo("y", ElementType.FLOAT, 1, outputs));
    boolean transposed = kind.equals("Gemm transposed");
    float[] weights =
        transposed ? lowRank(outputs, inputs, 8, random) : lowRank(inputs, outputs, 8, random);
    graph
        .constants()
        .put(
            "w",
            Tensor.ofFloats(
                weights, transposed ? new long[] {outputs, inputs} : new long[] {inputs, outputs}));
    graph
        .nodes()
        .add(
            kind.equals("MatMul")
                ? Node.of("MatMul", "product", List.of("x", "w"), List.of("y"))
                : Node.of("Gemm", "gemm", List.of("x", "w", "b"), List.of("y"))
                    .with("transB", transposed ? 1 : 0)
                    .with("beta", 0.5f));
    return OnnxModel.of(graph, 8, Map.of("", 13L));
  }

  @ParameterizedTest
  @CsvSource({
    "MatMul, 64, 40",
    "MatMul, 40, 64",
    "Gemm, 64, 40",
    "Gemm transposed, 40, 64",
    "Conv, 12, 40",
    "Conv, 4, 48"
  })
  void findsTheRankThatWeightsHave(String kind, int inputs, int outputs) {
    OnnxModel original = single(kind, inputs, outputs);
    try (Dataset data = RandomData.of(original, 32, 1, directory.resolve("c.npz"))) {
      TransformedModel variant =
          RecipeRunner.run(
              original, recipe("\"flopsReduction\":\"50%\""), null, Optional.of(data), 1);

      assertThat(Evaluator.evaluate(original, variant.model(), ERROR, data).drop())
          .as("%s", variant.notes())
          .isLessThan(1e-6);
      assertThat(variant.model().sizeBytes()).isLessThan(original.sizeBytes());
      List<LayerReport> layers = variant.layers(Optional.of(data));
      assertThat(layers).hasSize(1);
      assertThat(layers.getFirst().bits()).isLessThan(20);
      assertThat(layers.getFirst().reason()).startsWith("rank 8 of ");
    }
  }

  /** Weights of full rank behind a bottleneck: most of what they do is never asked for. */
  @Test
  void errorsWhereInputsNeverGoCostNothing() {
    Random random = new Random(5);
    Graph graph = Graph.named("bottleneck");
    graph.inputs().add(ValueTypes.valueInfo("x", ElementType.FLOAT, 1, 8));
    graph.outputs().add(ValueTypes.valueInfo("y", ElementType.FLOAT, 1, 64));
    graph.constants().put("up", Tensor.ofFloats(gaussian(8 * 64, 0.3, random), 8, 64));
    graph.constants().put("w", Tensor.ofFloats(gaussian(64 * 64, 0.1, random), 64, 64));
    graph.nodes().add(Node.of("MatMul", "a", List.of("x", "up"), List.of("h")));
    graph.nodes().add(Node.of("MatMul", "b", List.of("h", "w"), List.of("y")));
    OnnxModel original = OnnxModel.of(graph, 8, Map.of("", 13L));
    try (Dataset data = RandomData.of(original, 32, 1, directory.resolve("c.npz"))) {
      OnnxModel variant =
          RecipeRunner.run(original, recipe("\"ratio\":\"60%\""), null, Optional.of(data), 1)
              .model();
      assertThat(Evaluator.evaluate(original, variant, ERROR, data).drop()).isLessThan(1e-6);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsLeftRunsIsSmallerAndIsTheSameEachTime(boolean convolutional) {
    LongFunction<OnnxModel> models =
        convolutional ? RandomModel::convolutional : RandomModel::attention;
    Recipe recipe = recipe("\"flopsReduction\":\"15%\",\"alignment\":4,\"repair\":true");
    int factorized = 0;
    for (long seed = 0; seed < 8; seed++) {
      OnnxModel original = models.apply(seed);
      try (Dataset data = RandomData.of(original, 16, 1, directory.resolve("c.npz"))) {
        TransformedModel first = RecipeRunner.run(original, recipe, null, Optional.of(data), 1);
        TransformedModel second = RecipeRunner.run(original, recipe, null, Optional.of(data), 1);
        assertThat(second.model().toBytes()).isEqualTo(first.model().toBytes());
        assertThat(Evaluator.evaluate(original, first.model(), ERROR, data).drop())
            .as("%s", first.notes())
            .isLessThan(0.3);
        factorized++;
      } catch (StepNotApplicableException e) {
        assertThat(e).hasMessageContaining("factorize.");
      }
    }
    assertThat(factorized).isGreaterThan(5);
  }

  @Test
  void saysHowMuchCanBeRemovedAtMost() {
    OnnxModel original = single("MatMul", 64, 40);
    try (Dataset data = RandomData.of(original, 4, 1, directory.resolve("c.npz"))) {
      assertThatExceptionOfType(StepNotApplicableException.class)
          .isThrownBy(
              () ->
                  RecipeRunner.run(
                      original, recipe("\"ratio\":\"90%\""), null, Optional.of(data), 1))
          .withMessageContaining("factorize.ratio is 90%, but at most 67.5% can be removed");
    }
    assertThatExceptionOfType(StepNotApplicableException.class)
        .isThrownBy(
            () ->
                RecipeRunner.run(original, recipe("\"ratio\":\"20%\""), null, Optional.empty(), 1))
        .withMessageContaining("set spec.calibration.dataset");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 17, 150})
  void eigenvectorsAreWhatTheyAre(int n) {
    Random random = new Random(n);
    double[][] matrix = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        matrix[i][j] = random.nextGaussian();
        matrix[j][i] = matrix[i][j];
      }
    }
    double[][] copy = DenseMatrix.transpose(matrix);
    SymmetricEigen.Result eigen = SymmetricEigen.of(copy);
    double[][] images = DenseMatrix.multiply(eigen.vectors(), matrix);
    for (int i = 0; i < n; i++) {
      double[] vector = eigen.vectors()[i];
      for (int j = 0; j < n; j++) {
        assertThat(images[i][j]).isCloseTo(eigen.values()[i] * vector[j], within(1e-10 * n));
        double product = DenseMatrix.dot(vector, eigen.vectors()[j], n);
        assertThat(product).isCloseTo(i == j ? 1 : 0, within(1e-12 * n));
      }
      assertThat(i == 0 || eigen.values()[i] <= eigen.values()[i - 1]).isTrue();
    }
  }
}
