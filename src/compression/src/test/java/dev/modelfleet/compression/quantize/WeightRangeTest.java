package dev.modelfleet.compression.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.DeviceClass;
import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.artifact.TargetProfile;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.RecipeRunner;
import dev.modelfleet.compression.TransformedModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.evaluation.Evaluator;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.saturation.SaturatedModel;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.testing.RandomData;
import dev.modelfleet.compression.testing.RandomModel;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which integers weights are stored as, by recipe and by the target's processor. */
class WeightRangeTest {

  private static final Evaluation.Metric ERROR =
      new Evaluation.Metric(MetricType.MEAN_SQUARED_ERROR, null, null, null, null);

  @TempDir Path directory;

  @ParameterizedTest(name = "{0}, {1} on {2}: {3}")
  @CsvSource({
    "Static,  '',         AVX2,       true,  127, false",
    "Static,  '',         AVX512VNNI, false, 127, false",
    "Static,  '',         '',         false, 127, false",
    "Static,  Full,       AVX2,       false, 127, true",
    "Static,  Reduced,    AVX2,       false, 64,  false",
    "Static,  Unsigned,   AVX512VNNI, true,  127, false",
    "Dynamic, '',         AVX2,       true,  127, false",
    "Dynamic, '',         AVXVNNI,    false, 127, false",
    "Dynamic, Full,       AVX2,       false, 127, true",
    "Dynamic, Reduced,    AVX2,       false, 64,  false",
  })
  void followsRecipeAndProcessor(
      String scheme,
      String range,
      String feature,
      boolean unsigned,
      int largest,
      boolean saturates) {
    TargetProfile target =
        new TargetProfile(
            DeviceClass.CPU,
            null,
            "amd64",
            "ONNXRuntime",
            "CPU",
            List.of(),
            feature.isEmpty() ? Set.of() : Set.of(feature));
    String asked = range.isEmpty() ? "" : ", \"weightRange\": \"" + range + "\"";
    Recipe recipe =
        ContractJson.read(
            "{\"name\": \"r\", \"steps\": [{\"quantize\": {\"scheme\": \"%s\"%s}}]}"
                .formatted(scheme, asked),
            Recipe.class);
    OnnxModel original =
        scheme.equals("Static") ? RandomModel.convolutional(1) : RandomModel.attention(1);
    try (Dataset data = RandomData.of(original, 12, 1, directory.resolve("c.npz"));
        Evaluator evaluator = new Evaluator(original, ERROR, data, SessionOptions.cpu(1), 0, 1)) {
      TransformedModel made = RecipeRunner.run(original, recipe, target, Optional.of(data), 1);

      List<Tensor> weights = weights(made.model());
      assertThat(weights.stream().anyMatch(w -> w.type() == ElementType.UINT8)).isEqualTo(unsigned);
      assertThat(weights.stream().mapToInt(WeightRangeTest::largest).max()).hasValue(largest);
      assertThat(made.notes().getFirst().message().contains("would saturate"))
          .isEqualTo(unsigned && range.isEmpty());
      double exact = evaluator.compare(made.model()).noise();
      double there = evaluator.compare(SaturatedModel.on(target, made.model())).noise();
      assertThat(exact).isLessThan(0.05);
      assertThat(there >= exact).isTrue();
      assertThat(there != exact).as("saturates").isEqualTo(saturates);
    }
  }

  private static List<Tensor> weights(OnnxModel model) {
    Set<String> read =
        model.graph().nodes().stream()
            .filter(n -> n.is("MatMulInteger") || n.is("DequantizeLinear"))
            .map(n -> n.input(n.is("MatMulInteger") ? 1 : 0))
            .collect(Collectors.toSet());
    return model.graph().constants().entrySet().stream()
        .filter(constant -> read.contains(constant.getKey()))
        .map(Map.Entry::getValue)
        .filter(tensor -> tensor.type().bits() == 8)
        .toList();
  }

  private static int largest(Tensor weights) {
    byte[] values = weights.data().toArray(ValueLayout.JAVA_BYTE);
    int zero = weights.type() == ElementType.UINT8 ? 128 : 0;
    int mask = weights.type() == ElementType.UINT8 ? 0xFF : -1;
    return Arrays.stream(toInts(values)).map(v -> Math.abs((v & mask) - zero)).max().orElse(0);
  }

  private static int[] toInts(byte[] values) {
    int[] ints = new int[values.length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = values[i];
    }
    return ints;
  }
}
