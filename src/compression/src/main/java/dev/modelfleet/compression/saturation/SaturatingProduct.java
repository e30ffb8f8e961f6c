package dev.modelfleet.compression.saturation;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.graph.Uses;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A product of unsigned activations with signed weights whose sums of two can exceed 16 bits: what
 * VPMADDUBSW saturates. Signed activations, unsigned weights and depthwise convolutions have
 * kernels that add in 32 bits; all verified against ONNX Runtime on an emulated processor with AVX2
 * alone.
 *
 * @param node MatMulInteger, or Conv, MatMul or Gemm between DequantizeLinear nodes
 * @param activations name of the unsigned integers that it multiplies
 * @param weights the signed ones
 * @param scale factor of the product's unit where its result is floating point: one for each
 *     channel or one; empty where the result is an integer
 * @param zeroPoint the integer that stands for 0 in padding
 * @param kernel extent of a convolution's kernel along each spatial axis; empty for others
 */
record SaturatingProduct(
    Node node,
    String activations,
    ProductWeights weights,
    float[] scale,
    long zeroPoint,
    List<Long> kernel) {

  /** Whether the engine multiplies this convolution channel by channel, in 32 bits. */
  static boolean isDepthwise(Node node, Tensor weights) {
    long groups = node.integer("group", 1);
    return node.is("Conv")
        && groups > 1
        && weights.dimension(1) == 1
        && weights.dimension(0) == groups;
  }

  /** The node as such a product; none where it is another or can't saturate. */
  static Optional<SaturatingProduct> of(Graph graph, Uses uses, Node node) {
    Optional<SaturatingProduct> product =
        switch (node.domain().isEmpty() ? node.opType() : "") {
          case "MatMulInteger" -> integer(graph, uses, node);
          case "Conv", "MatMul", "Gemm" -> expanded(graph, uses, node);
          default -> Optional.empty();
        };
    return product.filter(made -> made.weights().canSaturate());
  }

  private static Optional<SaturatingProduct> integer(Graph graph, Uses uses, Node node) {
    Tensor weights = graph.constants().get(node.input(1));
    if (!isSigned(weights) || weights.rank() != 2 || !isUnsigned(graph, uses, node)) {
      return Optional.empty();
    }
    return Optional.of(
        new SaturatingProduct(
            node, node.input(0), ProductWeights.of(node, weights), new float[0], 0, List.of()));
  }

  private static boolean isUnsigned(Graph graph, Uses uses, Node product) {
    Node source = uses.producer(product.input(0)).orElse(null);
    Tensor zeroPoint = graph.constants().get(product.input(2));
    return zeroPoint == null
        ? source != null && source.is("DynamicQuantizeLinear")
        : zeroPoint.type() == ElementType.UINT8;
  }

  private static Optional<SaturatingProduct> expanded(Graph graph, Uses uses, Node node) {
    Node input = uses.producer(node.input(0)).filter(n -> n.is("DequantizeLinear")).orElse(null);
    Node constant = uses.producer(node.input(1)).filter(n -> n.is("DequantizeLinear")).orElse(null);
    if (input == null || constant == null || !becomesInteger(uses, node)) {
      return Optional.empty();
    }
    Tensor zeroPoint = graph.constants().get(input.input(2));
    Tensor inputScale = graph.constants().get(input.input(1));
    Tensor weights = graph.constants().get(constant.input(0));
    Tensor scales = graph.constants().get(constant.input(1));
    boolean unsigned = zeroPoint != null && zeroPoint.type() == ElementType.UINT8;
    if (!unsigned
        || inputScale == null
        || inputScale.size() != 1
        || scales == null
        || !isSigned(weights)
        || isDepthwise(node, weights)) {
      return Optional.empty();
    }
    float[] scale = scales.floats();
    float unit = inputScale.floats()[0];
    for (int i = 0; i < scale.length; i++) {
      scale[i] *= unit;
    }
    return Optional.of(
        new SaturatingProduct(
            node,
            input.input(0),
            ProductWeights.of(node, weights),
            scale,
            zeroPoint.toLongs()[0],
            Arrays.stream(weights.shape()).skip(2).boxed().toList()));
  }

  /** Spatial axes of a convolution; 0 for others. */
  int spatialAxes() {
    return kernel.size();
  }

  /** Lets the node multiply the same weights as unsigned integers, which no kernel saturates. */
  void makeExact(Graph graph, Uses uses) {
    Node reader = node.is("MatMulInteger") ? node : uses.producer(node.input(1)).orElseThrow();
    int values = reader == node ? 1 : 0;
    int zeros = reader == node ? 3 : 2;
    Tensor signed = graph.constants().get(reader.input(values));
    if (signed.type() != ElementType.INT8) {
      return;
    }
    byte[] bytes = signed.data().toArray(ValueLayout.JAVA_BYTE);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] ^= (byte) 0x80;
    }
    Tensor old = graph.constants().get(reader.input(zeros));
    long[] shape = old == null ? new long[0] : old.shape();
    byte[] middle = new byte[old == null ? 1 : Math.toIntExact(old.size())];
    Arrays.fill(middle, (byte) 0x80);
    Tensor unsigned = Tensor.of(TensorData.of(ElementType.UINT8, signed.shape(), direct(bytes)));
    set(reader, values, constant(graph, reader.input(values) + "_unsigned", unsigned));
    set(
        reader,
        zeros,
        constant(
            graph,
            reader.input(values) + "_zero",
            Tensor.ofBytes(ElementType.UINT8, middle, shape)));
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  private static void set(Node reader, int index, String name) {
    while (reader.inputs().size() <= index) {
      reader.inputs().add("");
    }
    reader.inputs().set(index, name);
  }

  private static String constant(Graph graph, String wish, Tensor tensor) {
    String name = graph.names().fresh(wish);
    graph.constants().put(name, tensor);
    return name;
  }

  private static boolean isSigned(Tensor weights) {
    return weights != null && weights.type() == ElementType.INT8 && weights.rank() >= 2;
  }

  /** A convolution computes in integers only where its result is quantized again. */
  private static boolean becomesInteger(Uses uses, Node node) {
    if (!node.is("Conv")) {
      return true;
    }
    if (!node.text("auto_pad", "NOTSET").equals("NOTSET")) {
      return false;
    }
    Optional<Node> next = uses.onlyConsumer(node.output(0));
    if (next.isPresent() && (next.get().is("Relu") || next.get().is("Clip"))) {
      next = uses.onlyConsumer(next.get().output(0));
    }
    return next.isPresent() && next.get().is("QuantizeLinear");
  }
}
