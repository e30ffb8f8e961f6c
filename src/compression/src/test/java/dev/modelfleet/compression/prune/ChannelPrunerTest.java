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
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What removing channels makes of models. */
class ChannelPrunerTest {

  private static final Evaluation.Metric ERROR =
      new Evaluation.Metric(MetricType.MEAN_SQUARED_ERROR, null, null, null, null);

  @TempDir Path directory;

  private static Recipe recipe(String settings) {
    return ContractJson.read(
        "{\"name\":\"r\",\"steps\":[{\"prune\":{\"method\":\"Channel\"," + settings + "}}]}",
        Recipe.class);
  }

  @ParameterizedTest
  @CsvSource({
    "true, Activation, true",
    "true, L1, false",
    "true, L2, true",
    "false, Activation, true",
    "false, L2, false"
  })
  void whatIsLeftRunsIsSmallerAndIsTheSameEachTime(
      boolean convolutional, String importance, boolean repair) {
    LongFunction<OnnxModel> models =
        convolutional ? RandomModel::convolutional : RandomModel::attention;
    Recipe recipe =
        recipe(
            "\"flopsReduction\":\"25%%\",\"alignment\":4,\"importance\":\"%s\",\"repair\":%b"
                .formatted(importance, repair));
    int pruned = 0;
    for (long seed = 0; seed < 8; seed++) {
      OnnxModel original = models.apply(seed);
      try (Dataset data = RandomData.of(original, 16, 1, directory.resolve("c.npz"))) {
        TransformedModel first = RecipeRunner.run(original, recipe, null, Optional.of(data), 1);
        TransformedModel second = RecipeRunner.run(original, recipe, null, Optional.of(data), 1);
        assertThat(second.model().toBytes()).isEqualTo(first.model().toBytes());
        assertThat(first.model().sizeBytes()).isLessThan(original.sizeBytes());
        assertThat(Evaluator.evaluate(original, first.model(), ERROR, data).drop()).isNotNaN();
        pruned++;
      } catch (StepNotApplicableException e) {
        assertThat(e).hasMessageContaining("can be removed");
      }
    }
    assertThat(pruned).isGreaterThan(5);
  }

  @Test
  void repairMakesUpForChannelsThatOthersCanStandFor() {
    OnnxModel original = redundant();
    try (Dataset data = RandomData.of(original, 64, 1, directory.resolve("c.npz"))) {
      String half = "\"flopsReduction\":\"50%\",";
      assertThat(loss(original, half + "\"repair\":false", data)).isGreaterThan(0.1);
      assertThat(loss(original, half + "\"repair\":true", data)).isLessThan(0.02);
    }
  }

  private static double loss(OnnxModel original, String settings, Dataset data) {
    TransformedModel pruned =
        RecipeRunner.run(original, recipe(settings), null, Optional.of(data), 1);
    return Evaluator.evaluate(original, pruned.model(), ERROR, data).drop();
  }

  @Test
  void saysHowMuchCanBeRemovedAtMost() {
    OnnxModel original = redundant();
    try (Dataset data = RandomData.of(original, 4, 1, directory.resolve("c.npz"))) {
      assertThatExceptionOfType(StepNotApplicableException.class)
          .isThrownBy(() -> loss(original, "\"ratio\":\"99%\"", data))
          .withMessageContaining("prune.ratio is 99%, but at most");
    }
  }

  @Test
  void needsDataToRepair() {
    assertThatExceptionOfType(StepNotApplicableException.class)
        .isThrownBy(
            () ->
                RecipeRunner.run(
                    redundant(), recipe("\"ratio\":\"50%\""), null, Optional.empty(), 1))
        .withMessageContaining("set spec.calibration.dataset");
  }

  /** Two convolutions with 32 channels between them, of which 24 are mixtures of the other 8. */
  private static OnnxModel redundant() {
    Random random = new Random(3);
    Graph graph = Graph.named("redundant");
    graph.inputs().add(ValueTypes.valueInfo("x", ElementType.FLOAT, 1, 3, 12, 12));
    graph.outputs().add(ValueTypes.valueInfo("y", ElementType.FLOAT, 1, 5, 12, 12));
    float[] first = new float[32 * 27];
    for (int o = 0; o < 32; o++) {
      for (int i = 0; i < 27; i++) {
        first[o * 27 + i] =
            o < 8
                ? (float) random.nextGaussian() / 5
                : first[o % 8 * 27 + i] + first[(o * 3 + 1) % 8 * 27 + i];
      }
    }
    float[] second = new float[5 * 32 * 9];
    for (int i = 0; i < second.length; i++) {
      second[i] = (float) random.nextGaussian() / 17;
    }
    graph.constants().put("w1", Tensor.ofFloats(first, 32, 3, 3, 3));
    graph.constants().put("w2", Tensor.ofFloats(second, 5, 32, 3, 3));
    graph.nodes().add(convolution("a", "x", "w1", "h"));
    graph.nodes().add(convolution("b", "h", "w2", "y"));
    return OnnxModel.of(graph, 8, Map.of("", 13L));
  }

  private static Node convolution(String name, String input, String weights, String output) {
    return Node.of("Conv", name, List.of(input, weights), List.of(output))
        .with("pads", List.of(1L, 1L, 1L, 1L));
  }
}
