package dev.modelfleet.compression.saturation;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.NameSource;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds to products what saturation changes: for each pair of weights that can saturate, its sum of
 * two products clipped to 16 bits minus the sum. All values are integers that FP32 holds exactly.
 */
final class Corrections {

  /** Pairs of a channel that are computed at once: more is faster and takes more memory. */
  private static final int LAYERS = 8;

  private final Graph graph;
  private final NameSource names;
  private final long opset;
  private final Map<String, String> reals = new HashMap<>();

  /**
   * @param graph whose nodes are added to, in order
   * @param opset version of the default operator set, 11 or later
   */
  Corrections(Graph graph, long opset) {
    this.graph = graph;
    this.names = graph.names();
    this.opset = opset;
  }

  /** Adds the product's node and its correction. */
  void add(SaturatingProduct product) {
    Node node = product.node();
    String result = node.output(0);
    String exact = names.fresh(result + "_exact");
    node.outputs().set(0, exact);
    graph.nodes().add(node);
    boolean convolution = node.is("Conv");
    String rows = convolution ? new Patches(this, node).of(product) : real(product.activations());
    String error = error(product, rows, convolution ? 1 : -1);
    if (product.scale().length == 0) {
      String integer = names.fresh(result + "_error");
      node("Cast", List.of(error), integer).with("to", ElementType.INT32.code());
      node("Add", List.of(exact, integer), result);
    } else {
      String scaled = fresh("Mul", List.of(error, constant(result, scale(product))));
      node("Add", List.of(exact, scaled), result);
    }
  }

  /** One factor for each channel, shaped to be multiplied with the result. */
  private Tensor scale(SaturatingProduct product) {
    float[] scale = product.scale();
    if (scale.length == 1 || !product.node().is("Conv")) {
      return scale.length == 1 ? Tensor.ofFloats(scale) : Tensor.ofFloats(scale, scale.length);
    }
    return Tensor.ofFloats(scale, shape(product, scale.length));
  }

  private String error(SaturatingProduct product, String rows, int axis) {
    ProductWeights weights = product.weights();
    List<String> parts = new ArrayList<>();
    for (Slots slots : Slots.of(weights, LAYERS)) {
      String sum =
          fresh(
              "Add",
              List.of(
                  part(product, rows, axis, slots, 0, slots.first()),
                  part(product, rows, axis, slots, 1, slots.second())));
      String clipped =
          fresh(
              "Clip",
              List.of(
                  sum,
                  constant("low", Tensor.ofFloats(new float[] {Short.MIN_VALUE})),
                  constant("high", Tensor.ofFloats(new float[] {Short.MAX_VALUE}))));
      parts.add(sum(fresh("Sub", List.of(clipped, sum)), axis == 1 ? 1 : -2));
    }
    return parts.size() == 1 ? parts.getFirst() : fresh("Sum", parts);
  }

  /** One product of each pair: [.., layers, channels], or [batch, layers, channels, ..]. */
  private String part(
      SaturatingProduct product, String rows, int axis, Slots slots, int offset, float[] weights) {
    long[] indices = new long[slots.rows().length];
    for (int i = 0; i < indices.length; i++) {
      int row = Math.min(slots.rows()[i] + offset, product.weights().depth() - 1);
      indices[i] = axis == 1 ? Patches.channel(product, row, i % slots.channels()) : row;
    }
    String name = names.fresh(product.node().output(0) + "_pairs");
    node(
            "Gather",
            List.of(rows, constant(name, Tensor.ofLongs(indices, slots.count(), slots.channels()))),
            name)
        .with("axis", axis);
    long[] shape =
        axis == 1
            ? shape(product, slots.count(), slots.channels())
            : new long[] {slots.count(), slots.channels()};
    return fresh("Mul", List.of(name, constant(name, Tensor.ofFloats(weights, shape))));
  }

  private String sum(String values, int axis) {
    String name = names.fresh(values + "_sum");
    // The axes became an input in operator set 13.
    Node node =
        opset >= 13
            ? node(
                "ReduceSum",
                List.of(values, constant(name, Tensor.ofLongs(new long[] {axis}, 1))),
                name)
            : node("ReduceSum", List.of(values), name).with("axes", List.of((long) axis));
    node.with("keepdims", 0);
    return name;
  }

  /** A shape followed by ones for the spatial axes of a convolution. */
  private static long[] shape(SaturatingProduct product, long... leading) {
    int spatial = product.spatialAxes();
    long[] shape = new long[leading.length + spatial];
    Arrays.fill(shape, 1);
    System.arraycopy(leading, 0, shape, 0, leading.length);
    return shape;
  }

  /** Integers as FP32, once however many products read them. */
  String real(String integers) {
    return reals.computeIfAbsent(
        integers,
        value -> {
          String name = names.fresh(value + "_real");
          node("Cast", List.of(value), name).with("to", ElementType.FLOAT.code());
          return name;
        });
  }

  String name(String wish) {
    return names.fresh(wish);
  }

  String fresh(String operator, List<String> inputs) {
    String name = name(inputs.getFirst() + "_" + operator);
    node(operator, inputs, name);
    return name;
  }

  Node node(String operator, List<String> inputs, String output) {
    Node node = Node.of(operator, names.fresh(output + "_" + operator), inputs, List.of(output));
    graph.nodes().add(node);
    return node;
  }

  String constant(String wish, Tensor tensor) {
    String name = names.fresh(wish + "_constant");
    graph.constants().put(name, tensor);
    return name;
  }
}
