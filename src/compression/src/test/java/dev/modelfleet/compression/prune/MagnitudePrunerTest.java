package dev.modelfleet.compression.prune;

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
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.testing.RandomData;
import dev.modelfleet.compression.testing.RandomModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What single weights made zero do to models. */
class MagnitudePrunerTest {

  private static final Evaluation.Metric ERROR =
      new Evaluation.Metric(MetricType.MEAN_SQUARED_ERROR, null, null, null, null);

  @TempDir Path directory;

  private static Recipe recipe(String settings) {
    return ContractJson.read(
        "{\"name\":\"r\",\"steps\":[{\"prune\":{\"method\":\"Magnitude\"," + settings + "}}]}",
        Recipe.class);
  }

  @ParameterizedTest
  @CsvSource({
    "true, '\"ratio\":\"50%\"', 0.5",
    "false, '\"ratio\":\"50%\"', 0.5",
    "true, '\"pattern\":\"2:4\"', 0.5",
    "false, '\"pattern\":\"1:4\"', 0.75"
  })
  void zeroesWhatIsAskedForAndRepairsTheRest(boolean convolutional, String amount, double share) {
    LongFunction<OnnxModel> models =
        convolutional ? RandomModel::convolutional : RandomModel::attention;
    double repaired = 0;
    double bare = 0;
    for (long seed = 0; seed < 6; seed++) {
      OnnxModel original = models.apply(seed);
      try (Dataset data = RandomData.of(original, 24, 1, directory.resolve("c.npz"));
          Dataset other = RandomData.of(original, 8, 2, directory.resolve("e.npz"))) {
        TransformedModel first =
            RecipeRunner.run(original, recipe(amount), null, Optional.of(data), 1);
        TransformedModel second =
            RecipeRunner.run(original, recipe(amount), null, Optional.of(data), 1);
        assertThat(second.model().toBytes()).isEqualTo(first.model().toBytes());
        assertThat(zeros(first)).isCloseTo(share, within(0.02));
        repaired += Evaluator.evaluate(original, first.model(), ERROR, other).drop();
        OnnxModel without =
            RecipeRunner.run(
                    original, recipe(amount + ",\"repair\":false"), null, Optional.empty(), 1)
                .model();
        bare += Evaluator.evaluate(original, without, ERROR, other).drop();
      }
    }
    assertThat(repaired).isLessThan(bare);
  }

  /** Share of zeros in all layers that a reason was noted for. */
  private static double zeros(TransformedModel variant) {
    double zeros = 0;
    double weights = 0;
    for (LayerReport layer : variant.layers(Optional.empty())) {
      if (layer.reason() != null) {
        double size = layer.sizeAfter() / 4.0;
        zeros += layer.sparsity() * size;
        weights += size;
      }
    }
    return zeros / weights;
  }

  @Test
  void aPatternHoldsInEveryGroup() {
    for (int area : new int[] {1, 9}) {
      float[] values = new float[8 * 16 * area];
      Random random = new Random(1);
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      Tensor weights =
          area == 1 ? Tensor.ofFloats(values, 8, 16) : Tensor.ofFloats(values, 8, 16, 3, 3);
      InputOrder order = InputOrder.of(new Layer(null, 0, 1), weights, true);
      float[][] rows = order.rows(weights);
      assertThat(order.tensor(rows, weights.shape()).floats()).isEqualTo(values);
      new WeightSurgery(null, WeightScores.equalCosts(rows)).groups(rows, 2, 4);
      float[] pruned = order.tensor(rows, weights.shape()).floats();
      for (int output = 0; output < 8; output++) {
        for (int place = 0; place < area; place++) {
          for (int channel = 0; channel < 16; channel += 4) {
            int zeros = 0;
            for (int c = channel; c < channel + 4; c++) {
              zeros += pruned[(output * 16 + c) * area + place] == 0 ? 1 : 0;
            }
            assertThat(zeros).isEqualTo(2);
          }
        }
      }
    }
  }

  @Test
  void layersGiveUpWeightsToTheSameLoss() {
    float[][] rows = new float[10][200];
    Random random = new Random(4);
    for (float[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    WeightScores scores =
        WeightScores.histogram(WeightScores.of(rows, WeightScores.equalCosts(rows)));
    List<SparsityRates.Candidate> layers =
        List.of(
            new SparsityRates.Candidate(scores, 1e-9), new SparsityRates.Candidate(scores, 1e-7));
    double[] shares = SparsityRates.choose(layers, 0.5);
    assertThat(shares[0] + shares[1]).isCloseTo(1, within(0.01));
    assertThat(shares[0]).isEqualTo(0.8);
    double[] alike = SparsityRates.choose(List.of(layers.getFirst(), layers.getFirst()), 0.3);
    assertThat(alike[0]).isCloseTo(0.3, within(0.001)).isEqualTo(alike[1]);
  }

  @Test
  void needsDataToRepair() {
    assertThatExceptionOfType(StepNotApplicableException.class)
        .isThrownBy(
            () ->
                RecipeRunner.run(
                    RandomModel.attention(1),
                    recipe("\"ratio\":\"50%\""),
                    null,
                    Optional.empty(),
                    1))
        .withMessageContaining("set spec.calibration.dataset, or repair: false");
  }
}
