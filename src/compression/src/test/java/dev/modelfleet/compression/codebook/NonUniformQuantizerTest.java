package dev.modelfleet.compression.codebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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
import dev.modelfleet.compression.transform.ValueTypes;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights as indices into codebooks: what ONNX Runtime computes with them. */
class NonUniformQuantizerTest {

  private static final Evaluation.Metric ERROR =
      new Evaluation.Metric(MetricType.MEAN_SQUARED_ERROR, null, null, null, null);

  /** Nothing that a whole number of codes fits. */
  private static final int INPUTS = 331;

  private static final int OUTPUTS = 48;

  @TempDir Path directory;

  private static Recipe recipe(String settings) {
    return ContractJson.read(
        "{\"name\":\"r\",\"steps\":[{\"quantize\":{\"scheme\":\"NonUniform\"," + settings + "}}]}",
        Recipe.class);
  }

  private static float[] gaussian(int count, double deviation, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }

  private static OnnxModel model(String kind) {
    Graph graph = Graph.named(kind);
    graph.inputs().add(ValueTypes.valueInfo("x", ElementType.FLOAT, 1, INPUTS));
    graph.outputs().add(ValueTypes.valueInfo("y", ElementType.FLOAT, 1, OUTPUTS));
    boolean rows = kind.equals("Gemm transposed");
    long[] shape = rows ? new long[] {OUTPUTS, INPUTS} : new long[] {INPUTS, OUTPUTS};
    graph.constants().put("w", Tensor.ofFloats(gaussian(INPUTS * OUTPUTS, 0.05, 1), shape));
    switch (kind) {
      case "MatMul" ->
          graph.nodes().add(Node.of("MatMul", "product", List.of("x", "w"), List.of("y")));
      case "Conv" -> {
        graph.inputs().clear();
        graph.outputs().clear();
        graph.inputs().add(ValueTypes.valueInfo("x", ElementType.FLOAT, 1, 13, 7, 7));
        graph.outputs().add(ValueTypes.valueInfo("y", ElementType.FLOAT, 1, OUTPUTS, 5, 5));
        float[] kernel = gaussian(OUTPUTS * 13 * 9, 0.1, 2);
        graph.constants().put("w", Tensor.ofFloats(kernel, OUTPUTS, 13, 3, 3));
        graph.nodes().add(Node.of("Conv", "conv", List.of("x", "w"), List.of("y")));
      }
      case "Gather" -> {
        graph.inputs().clear();
        graph.outputs().clear();
        graph.inputs().add(ValueTypes.valueInfo("ids", ElementType.INT64, 1, 5));
        graph.outputs().add(ValueTypes.valueInfo("y", ElementType.FLOAT, 1, 5, OUTPUTS));
        graph.nodes().add(Node.of("Gather", "table", List.of("w", "ids"), List.of("y")));
      }
      default ->
          graph
              .nodes()
              .add(
                  Node.of("Gemm", "gemm", List.of("x", "w"), List.of("y"))
                      .with("transB", rows ? 1 : 0));
    }
    return OnnxModel.of(graph, 8, Map.of("", 13L));
  }

  private double loss(OnnxModel original, TransformedModel variant, Dataset data) {
    return Evaluator.evaluate(original, variant.model(), ERROR, data).drop();
  }

  /** A quarter above what levels that are the best for normally distributed weights lose. */
  @ParameterizedTest
  @CsvSource({
    "2, 0.147",
    "3, 0.044",
    "4, 0.0125",
    "5, 0.0035",
    "6, 0.0012",
    "7, 0.0004",
    "8, 0.0002"
  })
  void losesWhatSoManyBitsHaveTo(int bits, double most) {
    for (String kind : List.of("MatMul", "Gemm", "Gemm transposed", "Conv", "Gather")) {
      for (String granularity : List.of("PerChannel", "PerTensor")) {
        OnnxModel original = model(kind);
        Recipe recipe =
            recipe("\"granularity\":\"%s\",\"weights\":{\"bits\":%d}".formatted(granularity, bits));
        try (Dataset data = RandomData.of(original, 24, 1, directory.resolve("c.npz"))) {
          TransformedModel variant = RecipeRunner.run(original, recipe, null, Optional.empty(), 1);
          TransformedModel again = RecipeRunner.run(original, recipe, null, Optional.empty(), 1);
          assertThat(again.model().toBytes()).isEqualTo(variant.model().toBytes());
          assertThat(loss(original, variant, data))
              .as("%s %s", kind, granularity)
              .isBetween(1e-8, 1.25 * most);
          assertThat(variant.model().sizeBytes()).isLessThan(original.sizeBytes());
          LayerReport layer = variant.layers(Optional.of(data)).getFirst();
          assertThat(layer.precision()).isEqualTo("CODE" + bits);
        } catch (StepNotApplicableException e) {
          // Eight bits with a codebook for each of a few weights are no smaller than the weights.
          assertThat(bits).isGreaterThan(6);
          assertThat(e).hasMessageContaining("no weights get smaller");
        }
      }
    }
  }

  /** Inputs that go together: what one weight loses another can make good. */
  @Test
  void compensationLosesLessWhereInputsGoTogether() {
    OnnxModel original = model("MatMul");
    Graph graph = original.graph();
    graph.inputs().clear();
    graph.inputs().add(ValueTypes.valueInfo("z", ElementType.FLOAT, 1, 40));
    graph.constants().put("mix", Tensor.ofFloats(gaussian(40 * INPUTS, 0.2, 3), 40, INPUTS));
    graph.nodes().addFirst(Node.of("MatMul", "mixed", List.of("z", "mix"), List.of("x")));
    String operators = "\"weights\":{\"bits\":3,\"rounding\":\"%s\"}";
    try (Dataset data = RandomData.of(original, 64, 1, directory.resolve("c.npz"));
        Dataset other = RandomData.of(original, 24, 2, directory.resolve("e.npz"))) {
      double nearest = loss(original, run(original, operators.formatted("Nearest"), data), other);
      double compensated = loss(original, run(original, operators.formatted("GPTQ"), data), other);
      assertThat(compensated).isLessThan(0.7 * nearest);
    }
  }

  private static TransformedModel run(OnnxModel original, String settings, Dataset data) {
    return RecipeRunner.run(original, recipe(settings), null, Optional.of(data), 1);
  }

  /** Two layers of which the result depends on one a hundred times as much. */
  @Test
  void layersThatMatterGetMoreBits() {
    OnnxModel original = model("MatMul");
    Graph graph = original.graph();
    graph
        .constants()
        .put("v", Tensor.ofFloats(gaussian(INPUTS * OUTPUTS, 0.0005, 4), INPUTS, OUTPUTS));
    graph.nodes().getFirst().outputs().set(0, "a");
    graph.nodes().add(Node.of("MatMul", "weak", List.of("x", "v"), List.of("b")));
    graph.nodes().add(Node.of("Add", "sum", List.of("a", "b"), List.of("y")));
    try (Dataset data = RandomData.of(original, 24, 1, directory.resolve("c.npz"))) {
      String alike = "\"granularity\":\"PerTensor\"";
      TransformedModel four = run(original, alike, data);
      long size = four.model().sizeBytes();
      TransformedModel mixed =
          run(
              original,
              alike + ",\"mixedPrecision\":{\"maxModelSize\":\"" + (size + 2500) + "\"}",
              data);
      assertThat(mixed.model().sizeBytes()).isLessThanOrEqualTo(size + 2500);
      assertThat(loss(original, mixed, data)).isLessThan(0.5 * loss(original, four, data));
      assertThatExceptionOfType(StepNotApplicableException.class)
          .isThrownBy(
              () -> run(original, alike + ",\"mixedPrecision\":{\"maxModelSize\":\"1k\"}", data))
          .withMessageContaining("can't be held");
    }
  }

  @Test
  void levelsAreThoseThatValuesHave() {
    float[] values = new float[900];
    float[] wanted = {-3, -0.5f, 0.25f, 4};
    for (int i = 0; i < values.length; i++) {
      values[i] = wanted[i % 4];
    }
    float[] ones = new float[values.length];
    Arrays.fill(ones, 1);
    assertThat(Codebook.of(values, ones, 4).levels()).containsExactly(wanted);
    assertThat(Codebook.of(new float[] {1, 1, 1}, new float[] {1, 0, 2}, 4).nearest(1))
        .isBetween(0, 3);
  }
}
