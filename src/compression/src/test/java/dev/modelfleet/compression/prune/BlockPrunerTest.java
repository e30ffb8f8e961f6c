package dev.modelfleet.compression.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.Evaluation;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What removing residual blocks makes of models. */
class BlockPrunerTest {

  private static final Evaluation.Metric ERROR =
      new Evaluation.Metric(MetricType.MEAN_SQUARED_ERROR, null, null, null, null);

  @TempDir Path directory;

  private static Recipe recipe(String settings) {
    return ContractJson.read(
        "{\"name\":\"r\",\"steps\":[{\"prune\":{\"method\":\"Layer\"," + settings + "}}]}",
        Recipe.class);
  }

  @Test
  void theBlockThatDoesLeastGoesFirst() {
    OnnxModel original = blocks(1, 0.001, 1);
    try (Dataset data = RandomData.of(original, 8, 1, directory.resolve("c.npz"))) {
      TransformedModel pruned =
          RecipeRunner.run(
              original, recipe("\"ratio\":\"20%\",\"repair\":false"), null, Optional.of(data), 1);
      assertThat(pruned.notes().getFirst().message())
          .startsWith("1 of 3 residual blocks removed: sum1 (cosine 1.000)");
      assertThat(pruned.model().graph().nodes()).hasSize(original.graph().nodes().size() - 2);
      assertThat(Evaluator.evaluate(original, pruned.model(), ERROR, data).drop()).isLessThan(1e-5);
    }
  }

  @Test
  void layersBehindARemovedBlockMakeUpForIt() {
    OnnxModel original = blocks(1, 0.3, 1);
    try (Dataset data = RandomData.of(original, 64, 1, directory.resolve("c.npz"))) {
      double without = loss(original, "\"ratio\":\"20%\",\"repair\":false", data);
      double with = loss(original, "\"ratio\":\"20%\"", data);
      assertThat(with).isLessThan(without / 2);
    }
  }

  @Test
  void transformersOfAnyKindStillRun() {
    for (long seed = 0; seed < 8; seed++) {
      OnnxModel original = RandomModel.attention(seed);
      try (Dataset data = RandomData.of(original, 16, 1, directory.resolve("c.npz"))) {
        double loss = loss(original, "\"flopsReduction\":\"10%\"", data);
        assertThat(loss).as("seed " + seed).isBetween(1e-6, 1.0);
      }
    }
  }

  @Test
  void saysWhatAllBlocksTogetherAre() {
    OnnxModel original = blocks(1, 1, 1);
    try (Dataset data = RandomData.of(original, 4, 1, directory.resolve("c.npz"))) {
      assertThatExceptionOfType(StepNotApplicableException.class)
          .isThrownBy(() -> loss(original, "\"ratio\":\"99%\"", data))
          .withMessageContaining("all 3 residual blocks together are");
    }
  }

  private static double loss(OnnxModel original, String settings, Dataset data) {
    TransformedModel pruned =
        RecipeRunner.run(original, recipe(settings), null, Optional.of(data), 1);
    return Evaluator.evaluate(original, pruned.model(), ERROR, data).drop();
  }

  /** A convolution, then x + scale · convolution(x) for each scale, then a convolution. */
  private static OnnxModel blocks(double... scales) {
    Random random = new Random(3);
    Graph graph = Graph.named("blocks");
    graph.inputs().add(ValueTypes.valueInfo("x", ElementType.FLOAT, 1, 8, 10, 10));
    graph.outputs().add(ValueTypes.valueInfo("y", ElementType.FLOAT, 1, 8, 10, 10));
    String value = convolution(graph, random, "x", "stem", 1);
    for (int i = 0; i < scales.length; i++) {
      String inner = convolution(graph, random, value, "inner" + i, scales[i]);
      String sum = "sum" + i;
      graph.nodes().add(Node.of("Add", sum, List.of(value, inner), List.of(sum)));
      value = sum;
    }
    convolution(graph, random, value, "y", 1);
    return OnnxModel.of(graph, 8, Map.of("", 13L));
  }

  private static String convolution(
      Graph graph, Random random, String input, String output, double scale) {
    float[] weights = new float[8 * 8 * 9];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextGaussian() * scale / 8.5);
    }
    graph.constants().put(output + "_weights", Tensor.ofFloats(weights, 8, 8, 3, 3));
    graph
        .nodes()
        .add(
            Node.of("Conv", output, List.of(input, output + "_weights"), List.of(output))
                .with("pads", List.of(1L, 1L, 1L, 1L)));
    return output;
  }
}
