package dev.modelfleet.compression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.evaluation.Evaluator;
import dev.modelfleet.compression.testing.RandomData;
import dev.modelfleet.compression.testing.RandomModel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever valid model comes in, what goes out loads and computes the same within what the step
 * promises; running it again gives the same bytes.
 */
class RandomModelsTest {

  private static final Evaluation.Metric ERROR =
      new Evaluation.Metric(MetricType.MEAN_SQUARED_ERROR, null, null, null, null);

  /** Largest accepted squared error relative to the mean square of the original's outputs. */
  static final Map<String, Double> TOLERANCE =
      Map.ofEntries(
          Map.entry("{\"simplify\":{}}", 1e-10),
          Map.entry("{\"convert\":{\"precision\":\"FP16\"}}", 1e-4),
          Map.entry("{\"convert\":{\"precision\":\"FP16\",\"keepInputsAndOutputs\":false}}", 1e-4),
          Map.entry("{\"convert\":{\"precision\":\"BF16\"}}", 1e-4),
          Map.entry("{\"quantize\":{\"scheme\":\"WeightOnly\"}}", 1e-3),
          Map.entry(
              "{\"quantize\":{\"scheme\":\"WeightOnly\",\"granularity\":\"PerBlock\"}}", 1e-3),
          Map.entry(
              "{\"quantize\":{\"scheme\":\"WeightOnly\",\"granularity\":\"PerBlock\","
                  + "\"weights\":{\"bits\":4,\"blockSize\":16,\"rounding\":\"HQQ\"}}}",
              0.2),
          Map.entry(
              "{\"quantize\":{\"scheme\":\"WeightOnly\",\"granularity\":\"PerBlock\","
                  + "\"weights\":{\"bits\":4,\"blockSize\":16,\"rounding\":\"GPTQ\"}}}",
              0.2),
          Map.entry(
              "{\"quantize\":{\"scheme\":\"NonUniform\",\"granularity\":\"PerTensor\"}}", 0.2),
          Map.entry(
              "{\"quantize\":{\"scheme\":\"NonUniform\",\"granularity\":\"PerTensor\","
                  + "\"weights\":{\"bits\":6,\"rounding\":\"GPTQ\"}}}",
              0.01),
          Map.entry("{\"quantize\":{\"scheme\":\"Dynamic\"}}", 0.02),
          Map.entry("{\"quantize\":{\"scheme\":\"Static\"}}", 0.03),
          Map.entry("{\"quantize\":{\"scheme\":\"Static\",\"granularity\":\"PerTensor\"}}", 0.06),
          Map.entry("{\"quantize\":{\"scheme\":\"Static\",\"activations\":\"Int8\"}}", 0.06),
          Map.entry("{\"quantize\":{\"scheme\":\"Dynamic\",\"smoothing\":true}}", 0.02),
          Map.entry("{\"quantize\":{\"scheme\":\"Static\",\"smoothing\":true}}", 0.03),
          Map.entry("{\"quantize\":{\"scheme\":\"Static\",\"calibration\":\"Percentile\"}}", 0.03),
          Map.entry("{\"quantize\":{\"scheme\":\"Static\",\"calibration\":\"Entropy\"}}", 0.03),
          Map.entry("{\"quantize\":{\"scheme\":\"Static\",\"activations\":\"UInt16\"}}", 2e-3),
          Map.entry("{\"quantize\":{\"scheme\":\"Static\",\"equalization\":true}}", 0.03),
          Map.entry("{\"quantize\":{\"scheme\":\"Static\",\"biasCorrection\":true}}", 0.03),
          Map.entry(
              "{\"quantize\":{\"scheme\":\"Static\",\"calibration\":\"MovingAverage\"}}", 0.05),
          Map.entry(
              "{\"quantize\":{\"scheme\":\"Static\",\"calibration\":\"MeanSquaredError\"}}", 0.03));

  @TempDir Path directory;

  static Stream<Arguments> cases() {
    return TOLERANCE.keySet().stream()
        .sorted()
        .flatMap(step -> Stream.of(Arguments.of(step, false), Arguments.of(step, true)));
  }

  @ParameterizedTest(name = "{0}, simplified first: {1}")
  @MethodSource("cases")
  void keepsTheMeaning(String step, boolean simplifyFirst) {
    String steps = simplifyFirst ? "{\"simplify\":{}}," + step : step;
    Recipe recipe =
        ContractJson.read("{\"name\":\"r\",\"steps\":[%s]}".formatted(steps), Recipe.class);
    for (long seed = 0; seed < 12; seed++) {
      check(RandomModel.attention(seed), recipe, TOLERANCE.get(step), "attention " + seed);
      boolean productsOnly = step.contains("Dynamic") || step.contains("PerBlock");
      if (!productsOnly || seed < 3) {
        check(
            RandomModel.convolutional(seed), recipe, TOLERANCE.get(step), "convolutional " + seed);
      }
    }
  }

  private void check(OnnxModel original, Recipe recipe, double tolerance, String name) {
    long before = original.sizeBytes();
    try (Dataset calibration = RandomData.of(original, 24, 1, directory.resolve("c.npz"));
        Dataset evaluation = RandomData.of(original, 6, 2, directory.resolve("e.npz"))) {
      TransformedModel first =
          RecipeRunner.run(original, recipe, null, Optional.of(calibration), 1);
      TransformedModel second =
          RecipeRunner.run(original, recipe, null, Optional.of(calibration), 1);
      assertThat(second.model().toBytes()).as(name).isEqualTo(first.model().toBytes());
      assertThat(original.sizeBytes()).as("the original is untouched").isEqualTo(before);

      Accuracy accuracy = Evaluator.evaluate(original, first.model(), ERROR, evaluation);
      assertThat(accuracy.drop()).as("%s: %s", name, first.notes()).isLessThan(tolerance);
    }
  }
}
