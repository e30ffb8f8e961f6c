package dev.modelfleet.compression.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.LayerReport;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.RecipeRunner;
import dev.modelfleet.compression.TransformedModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.runtime.Cpu;
import dev.modelfleet.compression.testing.RandomData;
import dev.modelfleet.compression.testing.RandomModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the report says of layers, whatever form the variant gives their weights. */
class LayerTableTest {

  @TempDir Path directory;

  private TransformedModel variant(OnnxModel model, String step, Dataset data) {
    String json = "{'name':'r','steps':[{'simplify':{}},%s]}".formatted(step).replace('\'', '"');
    return RecipeRunner.run(
        model, ContractJson.read(json, Recipe.class), null, Optional.of(data), 1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'quantize':{'scheme':'Dynamic'}}    | INT8 | 8",
        "{'quantize':{'scheme':'Static'}}     | INT8 | 8",
        "{'quantize':{'scheme':'WeightOnly'}} | INT8 | 8",
        "{'convert':{'precision':'FP16'}}     | FP16 | 16",
        "{'convert':{'precision':'BF16'}}     | BF16 | 16",
      })
  void tellsPrecisionAndBits(String step, String precision, double bits) {
    OnnxModel model = RandomModel.attention(3);
    try (Dataset data = RandomData.of(model, 6, 1, directory.resolve("d.npz"))) {
      List<LayerReport> layers = variant(model, step, data).layers(Optional.of(data));

      List<LayerReport> large =
          layers.stream().filter(layer -> layer.sizeBefore() >= 4_096).toList();
      assertThat(large).isNotEmpty();
      assertThat(large)
          .allSatisfy(
              layer -> {
                assertThat(layer.precision()).isEqualTo(precision);
                assertThat(layer.bits()).isCloseTo(bits, within(1.5));
                assertThat(layer.sqnr()).isBetween(15.0, 120.0);
                assertThat(layer.sparsity()).isBetween(0.0, 0.2);
              });
    }
  }

  @Test
  void warnsOfIntegersOnAProcessorThatIsSlowWithThem() {
    LayerReport layer = new LayerReport("y", "MatMul", 400, 100, "INT8", 8, 5.0, 0.0, null);
    Cpu old = new Cpu("an old CPU", "amd64", Set.of("avx2"));
    Cpu recent = new Cpu("a CPU", "amd64", Set.of("avx2", "avx512_vnni"));

    assertThat(Warnings.of(null, old, List.of(), List.of(layer), 400, 100))
        .anySatisfy(warning -> assertThat(warning).contains("no integer dot product (VNNI)"))
        .anySatisfy(warning -> assertThat(warning).contains("1 of 1 layers, most in y (5 dB)"));
    assertThat(Warnings.of(null, recent, List.of(), List.of(layer), 400, 400))
        .contains("it is no smaller than the original")
        .noneSatisfy(warning -> assertThat(warning).contains("VNNI"));
  }
}
