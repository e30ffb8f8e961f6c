package dev.modelfleet.compression.quantize;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.NameSource;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Rewrites a graph's nodes in one walk: what is added in order replaces what was there. */
final class GraphEdit {

  private final Graph graph;
  private final NameSource names;
  private final List<Node> result = new ArrayList<>();
  private final Map<String, Int8Constant> quantized = new HashMap<>();
  private final Map<String, String> zeroPoints = new HashMap<>();
  private final Map<Int8Constant, String> expanded = new HashMap<>();

  GraphEdit(Graph graph) {
    this.graph = graph;
    this.names = graph.names();
  }

  List<Node> originalNodes() {
    return graph.nodes();
  }

  void add(Node node) {
    result.add(node);
  }

  /** A name that is not taken. */
  String fresh(String wish) {
    return names.fresh(wish);
  }

  /** Adds a constant and gives its name. */
  String constant(String wish, Tensor tensor) {
    String name = fresh(wish);
    graph.constants().put(name, tensor);
    return name;
  }

  /** Type of a constant. */
  ElementType typeOf(String constant) {
    return graph.constants().get(constant).type();
  }

  /** Adds quantized weights once for each name and axis. */
  Int8Constant int8(String name, int axis, Supplier<Int8Weights> weights) {
    return quantized.computeIfAbsent(
        name + "/" + axis,
        key -> {
          Int8Weights made = weights.get();
          return new Int8Constant(
              constant(name + "_quantized", made.values()),
              constant(name + "_scale", made.scales()),
              zeroPoints(name, made));
        });
  }

  /** Zero points are equal for all weights of a type and number of scales: stored once. */
  private String zeroPoints(String name, Int8Weights weights) {
    long[] shape = weights.scales().shape();
    ElementType type = weights.values().type();
    return zeroPoints.computeIfAbsent(
        type + Arrays.toString(shape),
        key -> {
          byte[] equal = new byte[(int) TensorData.elements(shape)];
          Arrays.fill(equal, weights.zeroPoint());
          return constant(name + "_zero_point", Tensor.ofBytes(type, equal, shape));
        });
  }

  /** Adds quantized weights and, once for each name and axis, a node that expands them. */
  String dequantized(String name, int axis, Supplier<Int8Weights> weights) {
    Int8Constant constant = int8(name, axis, weights);
    return expanded.computeIfAbsent(
        constant,
        c -> {
          String output = fresh(name + "_dequantized");
          Node node =
              Node.of(
                  "DequantizeLinear",
                  output,
                  List.of(c.values(), c.scales(), c.zeroPoint()),
                  List.of(output));
          add(axis == Int8Weights.PER_TENSOR ? node : node.with("axis", axis));
          return output;
        });
  }

  /** Puts the new nodes in place. */
  void finish() {
    graph.nodes().clear();
    graph.nodes().addAll(result);
  }
}
