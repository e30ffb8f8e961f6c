package dev.modelfleet.compression.quantize;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.graph.Uses;
import dev.modelfleet.compression.tensor.ElementType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which nodes compute in integers and which values carry them, so that ONNX Runtime finds the
 * patterns it has integer kernels for and nothing else is quantized: an integer result that the
 * next node expands again costs time and accuracy.
 *
 * <ul>
 *   <li>Products with constant weights (Conv, MatMul, Gemm) always compute in integers. A
 *       convolution's result is an integer; of the others it is floating point.
 *   <li>Add, Mul, Concat and average pools do where all their inputs are integers already and their
 *       result is wanted as an integer.
 *   <li>MaxPool, Reshape and other operators that only move values pass integers through with the
 *       scale of their input, under the same condition.
 *   <li>A Relu or Clip behind a convolution or Add is part of it: clipping is what quantization
 *       does.
 * </ul>
 */
final class QdqPlan {

  /** Operators with weights. */
  static final Set<String> WEIGHTED = Set.of("Conv", "MatMul", "Gemm");

  /** Operators that compute in integers between others that do. */
  static final Set<String> BETWEEN =
      Set.of("Add", "Mul", "Concat", "AveragePool", "GlobalAveragePool");

  private static final Set<String> MOVING =
      Set.of(
          "MaxPool",
          "Reshape",
          "Flatten",
          "Transpose",
          "Squeeze",
          "Unsqueeze",
          "DepthToSpace",
          "SpaceToDepth");

  private static final Set<String> CLIPPING = Set.of("Relu", "Clip");

  private final Graph graph;
  private final Uses uses;
  private final OperatorChoice choice;
  private final Set<Node> weighted = new LinkedHashSet<>();
  private final Set<Node> between = new LinkedHashSet<>();
  private final Map<String, String> movedFrom = new HashMap<>();
  private final Set<String> integer = new HashSet<>();

  private QdqPlan(Graph graph, OperatorChoice choice) {
    this.graph = graph;
    this.uses = new Uses(graph);
    this.choice = choice;
  }

  static QdqPlan of(Graph graph, OperatorChoice choice) {
    QdqPlan plan = new QdqPlan(graph, choice);
    plan.findCandidates();
    plan.dropUnwanted();
    return plan;
  }

  /** Nodes with weights that compute in integers. */
  Set<Node> weighted() {
    return weighted;
  }

  /** Nodes without weights that compute in integers or pass them through. */
  Set<Node> between() {
    return between;
  }

  /** Whether every reader of a value reads it as an integer, because its maker gives one. */
  boolean isInteger(String value) {
    return integer.contains(value);
  }

  /** Values that need a scale of their own, in graph order. */
  Set<String> measured() {
    Set<String> values = new LinkedHashSet<>();
    for (Node node : graph.nodes()) {
      if (weighted.contains(node)) {
        values.add(root(node.input(0)));
      } else if (between.contains(node)) {
        node.inputs().stream().filter(integer::contains).map(this::root).forEach(values::add);
      }
      String result = weighted.contains(node) || between.contains(node) ? result(node) : "";
      if (integer.contains(result)) {
        values.add(root(result));
      }
    }
    return values;
  }

  /** The value whose scale a value shares: itself, or what operators that only move values read. */
  String root(String value) {
    String from = movedFrom.get(value);
    return from == null ? value : root(from);
  }

  private void findCandidates() {
    for (Node node : graph.nodes()) {
      if (isWeighted(node)) {
        weighted.add(node);
        if (node.is("Conv")) {
          integer.add(result(node));
        }
      } else if (computesBetween(node)) {
        between.add(node);
        integer.add(result(node));
      } else if (moves(node)) {
        between.add(node);
        integer.add(node.output(0));
        movedFrom.put(node.output(0), node.input(0));
      }
    }
  }

  private boolean isWeighted(Node node) {
    if (!WEIGHTED.contains(node.opType()) || !choice.includes(node)) {
      return false;
    }
    boolean hasWeights =
        (node.is("Conv") ? WeightSites.ofAnySize(graph, node) : WeightSites.of(graph, node))
            .isPresent();
    return hasWeights
        && switch (node.opType()) {
          case "Conv" -> hasConstantBias(node);
          case "Gemm" ->
              node.integer("transA", 0) == 0
                  && node.real("alpha", 1) == 1
                  && node.real("beta", 1) == 1
                  && hasConstantBias(node);
          default -> true;
        };
  }

  private boolean hasConstantBias(Node node) {
    String bias = node.input(2);
    Tensor tensor = graph.constants().get(bias);
    long channels = graph.constants().get(node.input(1)).dimension(WeightSites.channelAxis(node));
    return bias.isEmpty()
        || (tensor != null
            && tensor.type() == ElementType.FLOAT
            && tensor.rank() == 1
            && tensor.size() == channels);
  }

  private boolean computesBetween(Node node) {
    return BETWEEN.contains(node.opType())
        && choice.includes(node)
        && node.inputs().stream().allMatch(integer::contains);
  }

  private boolean moves(Node node) {
    boolean plain = node.outputs().stream().skip(1).allMatch(uses::isUnused);
    return node.domain().isEmpty()
        && MOVING.contains(node.opType())
        && plain
        && integer.contains(node.input(0));
  }

  /** The value that a node's integer result is: after a clipping that belongs to the node. */
  String result(Node node) {
    String output = node.output(0);
    return uses.onlyConsumer(output)
        .filter(next -> clips(node, next))
        .map(next -> next.output(0))
        .orElse(output);
  }

  private boolean clips(Node node, Node next) {
    return next.domain().isEmpty()
        && CLIPPING.contains(next.opType())
        && next.input(0).equals(node.output(0))
        && (node.is("Conv") || node.is("Add"));
  }

  /** What no integer node reads in the end is not worth being an integer. */
  private void dropUnwanted() {
    Node[] nodes = graph.nodes().toArray(Node[]::new);
    for (int i = nodes.length - 1; i >= 0; i--) {
      Node node = nodes[i];
      if (between.contains(node)
          && uses.consumers(result(node)).stream()
              .noneMatch(next -> weighted.contains(next) || between.contains(next))) {
        between.remove(node);
        integer.remove(result(node));
        movedFrom.remove(node.output(0));
      }
    }
  }
}
