package dev.modelfleet.compression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.testing.RandomData;
import dev.modelfleet.compression.testing.RandomModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged models end in one of the documented errors or in a result; never in anything else. */
class MutatedModelsTest {

  private static final int MUTATIONS = 300;

  private static final List<Recipe> RECIPES =
      List.of(
          recipe("{\"simplify\":{}},{\"quantize\":{\"scheme\":\"Static\"}}"),
          recipe("{\"simplify\":{}},{\"quantize\":{\"scheme\":\"Dynamic\"}}"),
          recipe("{\"quantize\":{\"scheme\":\"WeightOnly\"}}"),
          recipe("{\"convert\":{\"precision\":\"FP16\"}}"));

  @TempDir Path directory;

  private static Recipe recipe(String steps) {
    return ContractJson.read("{\"name\":\"r\",\"steps\":[" + steps + "]}", Recipe.class);
  }

  @Test
  void endInAClearErrorOrAResult() throws IOException {
    Random random = new Random(5);
    int results = 0;
    long start = System.nanoTime();
    for (int i = 0; i < MUTATIONS; i++) {
      OnnxModel valid = i % 2 == 0 ? RandomModel.attention(i) : RandomModel.convolutional(i);
      try (Dataset data = RandomData.of(valid, 2, 1, directory.resolve("c.npz"))) {
        Path file = directory.resolve("model.onnx");
        Files.write(file, mutate(valid.toBytes(), random));
        results += tryAll(file, data) ? 1 : 0;
      }
    }
    assertThat(results).as("mutations that left a usable model").isPositive();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(2));
  }

  private static boolean tryAll(Path file, Dataset data) {
    boolean any = false;
    for (Recipe recipe : RECIPES) {
      try {
        OnnxModel model = OnnxModel.load(file, new LoadLimits(1 << 24, 1 << 24, 100_000));
        any |= RecipeRunner.run(model, recipe, null, Optional.of(data), 1).model().sizeBytes() > 0;
      } catch (CompressionException | StepNotApplicableException e) {
        assertThat(e).hasMessageMatching("(?s).{10,}");
      }
    }
    return any;
  }

  /** Flips, overwrites, removes or doubles a few bytes, mostly where the structure is. */
  private static byte[] mutate(byte[] bytes, Random random) {
    byte[] result = bytes.clone();
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      int at = random.nextInt(random.nextBoolean() ? Math.min(4000, result.length) : result.length);
      switch (random.nextInt(4)) {
        case 0 -> result[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> result[at] = (byte) random.nextInt(256);
        case 2 ->
            System.arraycopy(
                result,
                Math.min(at + 1, result.length - 1),
                result,
                at,
                result.length - Math.min(at + 1, result.length - 1) - 1);
        default -> {
          int length = Math.min(16, result.length - at);
          System.arraycopy(result, random.nextInt(result.length - length), result, at, length);
        }
      }
    }
    return result;
  }
}
