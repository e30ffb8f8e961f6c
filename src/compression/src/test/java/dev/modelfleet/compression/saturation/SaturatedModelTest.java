package dev.modelfleet.compression.saturation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.modelfleet.artifact.DeviceClass;
import dev.modelfleet.artifact.TargetProfile;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.runtime.Cpu;
import dev.modelfleet.compression.runtime.ModelInMemory;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import dev.modelfleet.compression.transform.ValueTypes;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Saturated products against VPMADDUBSW written out. ONNX Runtime's own kernels for processors with
 * AVX2 alone gave these results for all shapes here on an emulated Haswell.
 */
class SaturatedModelTest {

  private static final TargetProfile AVX2 = target(Set.of("AVX2", "FMA3"));
  private static final TargetProfile VNNI = target(Set.of("AVX2", "AVX512VNNI"));

  private static final Cpu OLD = new Cpu("old", "amd64", Set.of("avx2"));
  private static final Cpu RECENT = new Cpu("recent", "amd64", Set.of("avx512_vnni"));

  private final Random random = new Random(5);

  private static TargetProfile target(Set<String> features) {
    return new TargetProfile(
        DeviceClass.CPU, null, "amd64", "ONNXRuntime", "CPU", List.of(), features);
  }

  /** Adds products in pairs, each sum saturated at 16 bits. */
  private static int saturatedDot(int[] activations, int[] weights) {
    int sum = 0;
    for (int i = 0; i < activations.length; i += 2) {
      int pair = activations[i] * weights[i];
      if (i + 1 < activations.length) {
        pair += activations[i + 1] * weights[i + 1];
      }
      sum += Math.clamp(pair, Short.MIN_VALUE, Short.MAX_VALUE);
    }
    return sum;
  }

  private byte[] activations(int length) {
    byte[] values = new byte[length];
    for (int i = 0; i < length; i++) {
      values[i] = (byte) (120 + random.nextInt(136));
    }
    return values;
  }

  private byte[] weights(int length) {
    byte[] values = new byte[length];
    for (int i = 0; i < length; i++) {
      values[i] = (byte) (random.nextInt(4) == 0 ? random.nextInt(-127, 0) : random.nextInt(128));
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 37, 96})
  void addsMatrixProductsInPairs(int depth) {
    byte[] rows = activations(3 * depth);
    byte[] matrix = weights(depth * 5);
    OnnxModel model = integerProduct(depth, matrix);

    long[] saturated = run(SaturatedModel.on(AVX2, model), rows, 3, depth).toLongs();

    long[] expected = new long[15];
    for (int row = 0; row < 3; row++) {
      for (int channel = 0; channel < 5; channel++) {
        int[] a = new int[depth];
        int[] w = new int[depth];
        for (int k = 0; k < depth; k++) {
          a[k] = rows[row * depth + k] & 0xFF;
          w[k] = matrix[k * 5 + channel];
        }
        int zeroPoint = 7 * Arrays.stream(w).sum();
        expected[row * 5 + channel] = saturatedDot(a, w) - zeroPoint;
      }
    }
    assertThat(saturated).containsExactly(expected);
    assertThat(run(model, rows, 3, depth).toLongs()).isNotEqualTo(expected);
    assertThat(SaturatedModel.products(model)).containsExactly("y");
    assertThat(SaturatedModel.on(VNNI, RECENT, model)).isSameAs(model);
    OnnxModel onOld = SaturatedModel.on(AVX2, OLD, model);
    assertThat(run(onOld, rows, 3, depth).toLongs()).containsExactly(expected);
    OnnxModel exact = SaturatedModel.on(VNNI, OLD, model);
    assertThat(exact.graph().constants().values())
        .extracting(Tensor::type)
        .doesNotContain(ElementType.INT8);
    assertThat(run(exact, rows, 3, depth).toLongs())
        .containsExactly(run(model, rows, 3, depth).toLongs());
    assertThat(SaturatedModel.on(null, model)).isSameAs(model);
  }

  private static OnnxModel integerProduct(int depth, byte[] weights) {
    Graph graph = Graph.named("product");
    graph.inputs().add(ValueTypes.valueInfo("x", ElementType.UINT8, -1, depth));
    graph.constants().put("w", Tensor.ofBytes(ElementType.INT8, weights, depth, 5));
    graph.constants().put("zero", Tensor.ofBytes(ElementType.UINT8, new byte[] {7}));
    graph.nodes().add(Node.of("MatMulInteger", "y", List.of("x", "w", "zero"), List.of("y")));
    graph.outputs().add(ValueTypes.valueInfo("y", ElementType.INT32, -1, 5));
    return OnnxModel.of(graph, 8, Map.of("", 11L));
  }

  @ParameterizedTest(name = "{0} channels to {1}, kernel {2}, {3} groups, stride {4}, dilation {5}")
  @CsvSource({
    "3,  8, 3, 1, 1, 1",
    "16, 8, 3, 1, 2, 1",
    "5,  4, 1, 1, 1, 1",
    "6,  4, 3, 2, 1, 2",
  })
  void addsConvolutionsPositionByPosition(
      int inputs, int outputs, int kernel, int groups, int stride, int dilation) {
    int size = 9;
    int perGroup = inputs / groups;
    byte[] image = activations(inputs * size * size);
    byte[] filters = weights(outputs * perGroup * kernel * kernel);
    OnnxModel model = convolution(inputs, outputs, kernel, groups, stride, dilation, filters);

    float[] saturated =
        run(SaturatedModel.on(AVX2, model), image, 1, inputs, size, size).toFloats();

    int reach = (kernel - 1) * dilation;
    int extent = (size + 2 - reach - 1) / stride + 1;
    assertThat(saturated).hasSize(outputs * extent * extent);
    for (int o = 0; o < outputs; o++) {
      for (int y = 0; y < extent; y++) {
        for (int x = 0; x < extent; x++) {
          int[] a = new int[perGroup * kernel * kernel];
          int[] w = new int[a.length];
          for (int k = 0; k < a.length; k++) {
            int c = k % perGroup;
            int position = k / perGroup;
            int row = y * stride - 1 + position / kernel * dilation;
            int column = x * stride - 1 + position % kernel * dilation;
            boolean inside = row >= 0 && row < size && column >= 0 && column < size;
            int channel = o / (outputs / groups) * perGroup + c;
            a[k] = inside ? image[(channel * size + row) * size + column] & 0xFF : 3;
            w[k] = filters[(o * perGroup + c) * kernel * kernel + position];
          }
          float expected = (saturatedDot(a, w) - 3 * Arrays.stream(w).sum()) * 0.5f * 0.25f;
          assertThat(saturated[(o * extent + y) * extent + x])
              .isCloseTo(expected, within(Math.max(8, Math.abs(expected) * 1e-4f)));
        }
      }
    }
  }

  /** Result quantized coarsely, so that it is near the product but an integer to the engine. */
  private static OnnxModel convolution(
      int inputs, int outputs, int kernel, int groups, int stride, int dilation, byte[] filters) {
    Graph graph = Graph.named("convolution");
    graph.inputs().add(ValueTypes.valueInfo("x", ElementType.UINT8, 1, inputs, -1, -1));
    Map<String, Tensor> constants = graph.constants();
    constants.put(
        "w", Tensor.ofBytes(ElementType.INT8, filters, outputs, inputs / groups, kernel, kernel));
    constants.put("input_scale", Tensor.ofFloats(new float[] {0.5f}));
    constants.put("input_zero", Tensor.ofBytes(ElementType.UINT8, new byte[] {3}));
    constants.put("weight_scale", Tensor.ofFloats(new float[] {0.25f}));
    constants.put("output_scale", Tensor.ofFloats(new float[] {8}));
    constants.put("output_zero", Tensor.ofBytes(ElementType.UINT16, new byte[] {0, (byte) 128}));
    constants.put("weight_zero", Tensor.ofBytes(ElementType.INT8, new byte[] {0}));
    List<Node> nodes = graph.nodes();
    nodes.add(
        Node.of(
            "DequantizeLinear", "xd", List.of("x", "input_scale", "input_zero"), List.of("xd")));
    nodes.add(
        Node.of(
            "DequantizeLinear", "wd", List.of("w", "weight_scale", "weight_zero"), List.of("wd")));
    long pad = 1;
    nodes.add(
        Node.of("Conv", "c", List.of("xd", "wd"), List.of("c"))
            .with("pads", List.of(pad, pad, pad, pad))
            .with("group", groups)
            .with("strides", List.of((long) stride, (long) stride))
            .with("dilations", List.of((long) dilation, (long) dilation)));
    nodes.add(
        Node.of("QuantizeLinear", "q", List.of("c", "output_scale", "output_zero"), List.of("q")));
    nodes.add(
        Node.of(
            "DequantizeLinear", "y", List.of("q", "output_scale", "output_zero"), List.of("y")));
    graph.outputs().add(ValueTypes.valueInfo("y", ElementType.FLOAT, 1, outputs, -1, -1));
    return OnnxModel.of(graph, 10, Map.of("", 21L));
  }

  @Test
  void leavesDepthwiseConvolutionsWhichAddIn32Bits() {
    Tensor weights = Tensor.ofBytes(ElementType.INT8, weights(8 * 9), 8, 1, 3, 3);
    Node depthwise = Node.of("Conv", "c", List.of("x", "w"), List.of("c")).with("group", 8);
    Node twice = Node.of("Conv", "c", List.of("x", "w"), List.of("c")).with("group", 4);

    assertThat(SaturatedModel.canSaturate(depthwise, weights)).isFalse();
    assertThat(SaturatedModel.canSaturate(twice, weights)).isTrue();
  }

  private static TensorData run(OnnxModel model, byte[] input, long... shape) {
    SessionOptions options = SessionOptions.cpu(1);
    ByteBuffer buffer = ByteBuffer.allocateDirect(input.length).put(input).flip();
    try (ModelSession session = ModelInMemory.open(model, options)) {
      return session.run(Map.of("x", TensorData.of(ElementType.UINT8, shape, buffer))).get("y");
    }
  }
}
