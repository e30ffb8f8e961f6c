package dev.modelfleet.compression;

import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.testing.PythonOnnx;
import dev.modelfleet.compression.testing.RandomData;
import dev.modelfleet.compression.testing.RandomModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of model that is emitted passes the full check of the reference implementation. */
class OnnxCheckerTest {

  private static final String MIXED =
      "{\"quantize\":{\"scheme\":\"Static\",\"mixedPrecision\":{\"maxModelSize\":\"1M\","
          + "\"formats\":[\"BF16Weights\",\"FP16Weights\",\"INT8\",\"INT8Weights\"]}}}";

  @TempDir Path directory;

  @Test
  void acceptsWhatEveryStepEmits() throws IOException, InterruptedException {
    int number = 0;
    List<String> steps = new ArrayList<>(RandomModelsTest.TOLERANCE.keySet());
    steps.add(MIXED);
    steps.add("{\"factorize\":{\"flopsReduction\":\"10%\",\"alignment\":4}}");
    steps.add("{\"prune\":{\"method\":\"Magnitude\",\"ratio\":\"40%\"}}");
    for (String step : steps.stream().sorted().toList()) {
      number++;
      emit(RandomModel.attention(number), step, "attention-" + number);
      emit(RandomModel.convolutional(number), step, "convolutional-" + number);
    }
    PythonOnnx.run("check_models.py", directory.toString());
  }

  private void emit(OnnxModel original, String step, String name) {
    Recipe recipe =
        ContractJson.read(
            "{\"name\":\"r\",\"steps\":[{\"simplify\":{}},%s]}".formatted(step), Recipe.class);
    try (Dataset calibration = RandomData.of(original, 8, 1, directory.resolve("c.npz"))) {
      RecipeRunner.run(original, recipe, null, Optional.of(calibration), 1)
          .model()
          .save(directory.resolve(name));
    } catch (StepNotApplicableException e) {
      // Not every step has something to do on every random model.
      System.out.println(name + ": " + e.getMessage());
    }
  }
}
