package dev.modelfleet.compression.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.RecipeRunner;
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
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What equalization and bias correction repair, on a network whose channels differ by far. */
class EqualizationTest {

  private static final Evaluation.Metric ERROR =
      new Evaluation.Metric(MetricType.MEAN_SQUARED_ERROR, null, null, null, null);

  @TempDir Path directory;

  private final Random random = new Random(3);

  /**
   * A convolution, a depthwise one and a pointwise one; channels of the first differ 1000 times.
   */
  private OnnxModel uneven() {
    Graph graph = Graph.named("uneven");
    graph.inputs().add(ValueTypes.valueInfo("x", ElementType.FLOAT, 1, 3, 12, 12));
    graph.constants().put("w1", weights(true, 16, 3, 3, 3));
    graph.constants().put("b1", weights(true, 16));
    graph.constants().put("w2", weights(false, 16, 1, 3, 3));
    graph.constants().put("w3", weights(false, 20, 16, 1, 1));
    conv(graph, List.of("x", "w1", "b1"), "c1", 1);
    graph.nodes().add(Node.of("Relu", "r1", List.of("c1"), List.of("r1")));
    conv(graph, List.of("r1", "w2"), "c2", 16);
    graph.nodes().add(Node.of("Relu", "r2", List.of("c2"), List.of("r2")));
    conv(graph, List.of("r2", "w3"), "y", 1);
    graph.outputs().add(ValueTypes.valueInfo("y", ElementType.FLOAT, 1, 20, 8, 8));
    return OnnxModel.of(graph, 8, Map.of("", 13L));
  }

  private static void conv(Graph graph, List<String> inputs, String output, int group) {
    graph.nodes().add(Node.of("Conv", output, inputs, List.of(output)).with("group", group));
  }

  private Tensor weights(boolean uneven, int... shape) {
    int size = 1;
    for (int dimension : shape) {
      size *= dimension;
    }
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      double factor = uneven ? Math.pow(1000, i * shape[0] / size / (double) shape[0]) : 1;
      values[i] = (float) (random.nextGaussian() * factor);
    }
    return Tensor.ofFloats(values, Arrays.stream(shape).asLongStream().toArray());
  }

  @Test
  void changesNothingButTheRanges() {
    OnnxModel original = uneven();
    OnnxModel equalized = original.copy();
    int pairs =
        Equalization.apply(
            equalized.graph(),
            new OperatorChoice(new TreeSet<>(Set.of("Conv")), NodeSelection.ALL));
    assertThat(pairs).isEqualTo(2);
    try (Dataset data = RandomData.of(original, 6, 1, directory.resolve("e.npz"))) {
      assertThat(Evaluator.evaluate(original, equalized, ERROR, data).drop())
          .isCloseTo(0, within(1e-10));
    }
    assertThat(spread(equalized.graph().constants().get("w1")))
        .isLessThan(spread(original.graph().constants().get("w1")) / 20);
  }

  /** Largest range of a channel relative to the smallest. */
  private static double spread(Tensor weights) {
    float[] scales = Int8Weights.scales(weights, 0);
    float min = Float.MAX_VALUE;
    float max = 0;
    for (float scale : scales) {
      min = Math.min(min, scale);
      max = Math.max(max, scale);
    }
    return max / min;
  }

  @Test
  void savesWhatOneScaleForAllLoses() {
    double plain = error("'granularity':'PerTensor'");
    double equalized = error("'granularity':'PerTensor','equalization':true");
    assertThat(equalized).isLessThan(plain);
  }

  @Test
  void correctedBiasesLowerTheError() {
    double plain = error("'granularity':'PerTensor'");
    double corrected = error("'granularity':'PerTensor','biasCorrection':true");
    assertThat(corrected).isLessThan(plain);
  }

  private double error(String members) {
    random.setSeed(3);
    OnnxModel original = uneven();
    Recipe recipe =
        ContractJson.read(
            "{'name':'r','steps':[{'quantize':{'scheme':'Static',%s}}]}"
                .formatted(members)
                .replace('\'', '"'),
            Recipe.class);
    try (Dataset calibration = RandomData.of(original, 32, 1, directory.resolve("c.npz"));
        Dataset evaluation = RandomData.of(original, 16, 2, directory.resolve("e.npz"))) {
      OnnxModel variant =
          RecipeRunner.run(original, recipe, null, Optional.of(calibration), 1).model();
      Accuracy accuracy = Evaluator.evaluate(original, variant, ERROR, evaluation);
      return accuracy.drop();
    }
  }
}
