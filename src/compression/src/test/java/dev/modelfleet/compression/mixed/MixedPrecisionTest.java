package dev.modelfleet.compression.mixed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import dev.modelfleet.compression.testing.RandomData;
import dev.modelfleet.compression.testing.RandomModel;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What limits of a mix of formats mean for the model that comes out. */
class MixedPrecisionTest {

  private static final Evaluation.Metric ERROR =
      new Evaluation.Metric(MetricType.MEAN_SQUARED_ERROR, null, null, null, null);

  @TempDir Path directory;
  private OnnxModel original;

  @BeforeEach
  void make() {
    original = RandomModel.attention(3);
  }

  private Dataset data(int samples, long seed) {
    return RandomData.of(original, samples, seed, directory.resolve(seed + ".npz"));
  }

  private TransformedModel run(String quantize, Dataset data) {
    String json = "{'name':'r','steps':[{'quantize':%s}]}".formatted(quantize).replace('\'', '"');
    return RecipeRunner.run(
        original, ContractJson.read(json, Recipe.class), null, Optional.of(data), 1);
  }

  private double error(TransformedModel variant) {
    try (Dataset evaluation = data(20, 7)) {
      return Evaluator.evaluate(original, variant.model(), ERROR, evaluation).drop();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Static", "Dynamic", "WeightOnly"})
  void aSizeBetweenIntegersAndFloatsGivesAnErrorBetweenThem(String scheme) {
    try (Dataset data = data(12, 1)) {
      TransformedModel uniform = run("{'scheme':'%s'}".formatted(scheme), data);
      long limit = (5 * uniform.model().sizeBytes() + original.sizeBytes()) / 6;
      String step = "{'scheme':'%s','mixedPrecision':{'maxModelSize':'%d'}}";

      TransformedModel mixed = run(step.formatted(scheme, limit), data);

      assertThat(mixed.model().sizeBytes()).isLessThanOrEqualTo(limit);
      assertThat(error(mixed)).isLessThan(error(uniform));
      assertThat(mixed.layers(Optional.empty()))
          .extracting(LayerReport::precision)
          .contains("INT8")
          .containsAnyOf("FP16", "FP32");
      assertThat(run(step.formatted(scheme, limit), data).model().toBytes())
          .isEqualTo(mixed.model().toBytes());
    }
  }

  @Test
  void theSmallestModelWithinALossIsMade() {
    try (Dataset data = data(12, 1)) {
      TransformedModel strict =
          run("{'scheme':'Static','mixedPrecision':{'maxAccuracyDrop':'0.001%'}}", data);
      TransformedModel loose =
          run("{'scheme':'Static','mixedPrecision':{'maxAccuracyDrop':'5%'}}", data);

      assertThat(Evaluator.evaluate(original, strict.model(), ERROR, data).drop())
          .isLessThanOrEqualTo(1e-5);
      assertThat(loose.model().sizeBytes()).isLessThan(strict.model().sizeBytes());
      assertThat(loose.reasons()).isNotEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void latenciesOfLayersAreMeasuredWhereTheyAreLimited(boolean convolutions) {
    original = convolutions ? RandomModel.convolutional(3) : RandomModel.attention(3);
    try (Dataset data = data(12, 1)) {
      // All layers as they were hold the limit on every machine.
      TransformedModel mixed =
          run("{'scheme':'Static','mixedPrecision':{'maxRelativeLatency':'100%'}}", data);

      assertThat(error(mixed)).isLessThan(0.1);
      assertThat(mixed.reasons().values())
          .isNotEmpty()
          .allSatisfy(why -> assertThat(why).contains(" ms)"));
      assertThat(mixed.notes().getLast().message()).contains("of the original's latency here");
    }
  }

  @Test
  void fourBitsAreAmongTheFormats() {
    try (Dataset data = data(12, 1)) {
      long eight = run("{'scheme':'WeightOnly'}", data).model().sizeBytes();
      String limits =
          "{'maxModelSize':'%d','formats':['FP32','INT8','INT4Weights']}".formatted(eight * 9 / 10);

      TransformedModel mixed =
          run("{'scheme':'WeightOnly','mixedPrecision':%s}".formatted(limits), data);

      assertThat(mixed.model().sizeBytes()).isLessThanOrEqualTo(eight * 9 / 10);
      assertThat(mixed.layers(Optional.empty()))
          .extracting(LayerReport::precision)
          .contains("INT4", "INT8");
      assertThat(mixed.model().graph().nodes()).anyMatch(n -> n.opType().equals("MatMulNBits"));
      assertThat(error(mixed)).isLessThan(0.1);
    }
  }

  @Test
  void wholesThatAreSlowerThanTheirLayersSuggestAreRefused() {
    try (Dataset data = data(12, 1)) {
      assertThatThrownBy(
              () -> run("{'scheme':'Static','mixedPrecision':{'maxRelativeLatency':'1%'}}", data))
          .isInstanceOf(StepNotApplicableException.class);
    }
  }

  @Test
  void limitsThatNothingHoldsAreSaid() {
    try (Dataset data = data(12, 1)) {
      assertThatThrownBy(
              () -> run("{'scheme':'Static','mixedPrecision':{'maxModelSize':'2k'}}", data))
          .isInstanceOf(StepNotApplicableException.class)
          .hasMessageContaining("no choice of formats holds the limits on size and latency")
          .hasMessageContaining("the smallest has about");
    }
  }
}
