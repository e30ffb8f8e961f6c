package dev.modelfleet.compression.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.artifact.ActivationType;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.DeviceClass;
import dev.modelfleet.artifact.QuantizationScheme;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.artifact.Step;
import dev.modelfleet.artifact.TargetProfile;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.RecipeRunner;
import dev.modelfleet.compression.TransformedModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.testing.RandomData;
import dev.modelfleet.compression.testing.RandomModel;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The integer type of activations follows the target where its engine takes only one. */
class TargetActivationsTest {

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "CPU, ONNXRuntime, CPU,      UINT8, UINT8, false",
    "CPU, ONNXRuntime, CPU,      INT8,  INT8,  false",
    "GPU, ONNXRuntime, CPU,      UINT8, UINT8, false",
    "GPU, ONNXRuntime, CUDA,     UINT8, INT8,  true",
    "GPU, ONNXRuntime, CUDA,     INT8,  INT8,  false",
    "GPU, ONNXRuntime, TensorRT, UINT8, INT8,  true",
    "GPU, TensorRT,    ,         UINT8, INT8,  true",
    "CPU, ONNXRuntime, OpenVINO, UINT8, UINT8, false",
    "CPU, ONNXRuntime, OpenVINO, INT8,  INT8,  false",
  })
  void followTheTarget(
      DeviceClass device,
      String engine,
      String provider,
      ActivationType given,
      ActivationType expected,
      boolean noted) {
    TargetProfile target =
        new TargetProfile(device, "nvidia", "amd64", engine, provider, List.of());
    Step step = new Step.Quantize(QuantizationScheme.STATIC, null, given, null, null);
    OnnxModel original = RandomModel.convolutional(1);
    try (Dataset data = RandomData.of(original, 8, 1, directory.resolve("c.npz"))) {
      TransformedModel made =
          RecipeRunner.run(original, new Recipe("r", List.of(step)), target, Optional.of(data), 1);
      List<Tensor> zeroPoints = zeroPoints(made.model().graph());
      assertThat(zeroPoints)
          .isNotEmpty()
          .extracting(Tensor::type)
          .containsOnly(expected == ActivationType.INT8 ? ElementType.INT8 : ElementType.UINT8);
      if (expected == ActivationType.INT8) {
        assertThat(zeroPoints)
            .allSatisfy(
                zero ->
                    assertThat(zero.data().toArray(ValueLayout.JAVA_BYTE)).containsOnly((byte) 0));
      }
      assertThat(made.notes().getFirst().message().contains("zero point 0")).isEqualTo(noted);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'scheme':'Static','weightRange':'Unsigned'} | OpenVINO | INT8  | signed weights instead of unsigned",
        "{'scheme':'Static','weightRange':'Unsigned'} | CPU      | UINT8 | unsigned weights in",
        "{'scheme':'Static','activations':'UInt16'}   | OpenVINO | INT8  | 16 bits, which OpenVINO computes in FP32",
        "{'scheme':'Dynamic'}                         | OpenVINO | INT8  | which OpenVINO computes in FP32",
      })
  void openVinoMultipliesWithSignedWeightsOnly(
      String settings, String provider, ElementType expected, String note) {
    TargetProfile target =
        new TargetProfile(DeviceClass.CPU, null, "amd64", "ONNXRuntime", provider, List.of());
    String json = "{'name':'r','steps':[{'quantize':%s}]}".formatted(settings).replace('\'', '"');
    OnnxModel original = RandomModel.attention(1);
    try (Dataset data = RandomData.of(original, 8, 1, directory.resolve("c.npz"))) {
      TransformedModel made =
          RecipeRunner.run(
              original, ContractJson.read(json, Recipe.class), target, Optional.of(data), 1);
      Graph graph = made.model().graph();
      assertThat(graph.nodes())
          .filteredOn(node -> Set.of("DequantizeLinear", "MatMulInteger").contains(node.opType()))
          .extracting(node -> graph.constants().get(node.input(node.is("MatMulInteger") ? 1 : 0)))
          .filteredOn(weights -> weights != null && weights.rank() == 2)
          .isNotEmpty()
          .allSatisfy(weights -> assertThat(weights.type()).isEqualTo(expected));
      assertThat(made.notes().getFirst().message()).contains(note);
    }
  }

  private static List<Tensor> zeroPoints(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> node.is("QuantizeLinear"))
        .map((Node node) -> graph.constants().get(node.input(2)))
        .toList();
  }
}
