package dev.modelfleet.compression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.Pooling;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.evaluation.Evaluator;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.testing.MiniLm;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What each recipe makes of a real sentence embedder, on sentences that were not calibrated with:
 * size and mean cosine, as good as measured when this was written, less a little.
 */
class MiniLmRecipesTest {

  @TempDir static Path directory;

  private static OnnxModel original;
  private static Dataset calibration;
  private static Dataset evaluation;
  private static Evaluator evaluator;

  @BeforeAll
  static void open() {
    original = OnnxModel.load(MiniLm.model(), LoadLimits.DEFAULT);
    calibration =
        Dataset.npz(
            MiniLm.dataset(directory.resolve("c.npz"), MiniLm.calibrationSentences(32), 64));
    evaluation =
        Dataset.npz(MiniLm.dataset(directory.resolve("e.npz"), MiniLm.evaluationSentences(40), 64));
    evaluator =
        new Evaluator(
            original,
            new Evaluation.Metric(
                MetricType.COSINE_SIMILARITY, null, null, Pooling.MEAN, "attention_mask"),
            evaluation,
            SessionOptions.cpu(0));
  }

  @AfterAll
  static void close() {
    evaluator.close();
    calibration.close();
    evaluation.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'simplify':{}}                                              | 90400000 | 0.999999",
        "{'quantize':{'scheme':'Dynamic'}}                            | 23100000 | 0.9925",
        "{'quantize':{'scheme':'Static'}}                             | 23100000 | 0.9925",
        "{'quantize':{'scheme':'Static','calibration':'Entropy'}}     | 23100000 | 0.988",
        "{'quantize':{'scheme':'Static','granularity':'PerTensor'}}   | 23000000 | 0.95",
        "{'quantize':{'scheme':'Dynamic','smoothing':true}}           | 23200000 | 0.9975",
        "{'quantize':{'scheme':'Static','smoothing':true}}            | 23200000 | 0.997",
        "{'quantize':{'scheme':'WeightOnly'}}                         | 23100000 | 0.999",
        "{'quantize':{'scheme':'WeightOnly','granularity':'PerBlock','weights':{'bits':4}}} | 14700000 | 0.965",
        "{'quantize':{'scheme':'WeightOnly','granularity':'PerBlock','weights':{'bits':4,'rounding':'GPTQ'}}} | 14700000 | 0.978",
        "{'quantize':{'scheme':'WeightOnly','granularity':'PerBlock','weights':{'blockSize':128,'computation':'INT8'}}} | 23700000 | 0.998",
        "{'convert':{'precision':'FP16'}}                             | 45300000 | 0.99999",
        "{'convert':{'precision':'BF16'}}                             | 45400000 | 0.9999",
      })
  void meetsItsFigures(String step, long maxBytes, double minCosine) {
    String json = "{'name':'r','steps':[{'simplify':{}},%s]}".formatted(step).replace('\'', '"');
    TransformedModel variant =
        RecipeRunner.run(
            original, ContractJson.read(json, Recipe.class), null, Optional.of(calibration), 1);
    Accuracy accuracy = evaluator.evaluate(variant.model());
    assertThat(accuracy.variant()).as("%s", variant.notes()).isBetween(minCosine, 1.000001);
    assertThat(variant.model().sizeBytes()).isLessThanOrEqualTo(maxBytes);
  }
}
