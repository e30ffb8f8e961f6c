package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What operators do to the axes of what they read, as {@link ChannelGraph} needs it: which axes of
 * the result are axes of an input, which positions belong together, and which must stay.
 */
final class AxisRules {

  private static final Set<String> ELEMENTWISE =
      Set.of(
          """
          Abs Add And Cast Ceil Celu Clip Cos Div Dropout Elu Equal Erf Exp Floor Gelu Greater \
          GreaterOrEqual HardSigmoid HardSwish Identity LeakyRelu Less LessOrEqual Log Max \
          Mean Min Mish Mul Neg Not Or PRelu Pow Reciprocal Relu Round Selu Sigmoid Sign Sin \
          Softplus Softsign Sqrt Sub Sum Tanh ThresholdedRelu Where\
          """
              .split(" "));

  private static final Set<String> POOLS =
      Set.of("AveragePool", "GlobalAveragePool", "GlobalMaxPool", "LpPool", "MaxPool");

  private final ChannelGraph graph;
  private final Atoms atoms;
  private final ProductRules products;
  private final ReshapeRules reshapes;

  AxisRules(ChannelGraph graph) {
    this.graph = graph;
    this.atoms = graph.atoms();
    this.products = new ProductRules(graph);
    this.reshapes = new ReshapeRules(graph);
  }

  void apply(Node node) {
    boolean known =
        node.domain().isEmpty()
            && !node.hasSubgraph()
            && node.inputs().stream().allMatch(i -> i.isEmpty() || graph.isKnown(i))
            && graph.isKnown(node.output(0))
            && rule(node);
    if (!known) {
      freezeAll(node);
    }
  }

  private void freezeAll(Node node) {
    node.inputs().stream().filter(i -> !i.isEmpty()).forEach(graph::freeze);
    node.outputs().stream().filter(o -> !o.isEmpty()).forEach(graph::freeze);
  }

  /** Whether the operator is known. */
  private boolean rule(Node node) {
    String type = node.opType();
    if (ELEMENTWISE.contains(type)) {
      return elementwise(node);
    }
    if (POOLS.contains(type)) {
      return node.outputs().size() == 1 && channelsPass(node);
    }
    if (type.startsWith("Reduce")) {
      return reduce(node);
    }
    return switch (type) {
      case "Conv" -> products.convolution(node);
      case "Gemm" -> products.gemm(node);
      case "MatMul" -> products.matMul(node);
      case "BatchNormalization", "InstanceNormalization" -> normalization(node);
      case "LayerNormalization" -> layerNormalization(node);
      case "Softmax", "LogSoftmax", "Hardmax" -> softmax(node);
      case "Resize", "Upsample" -> node.input(3).isEmpty() && channelsPass(node);
      case "Transpose" -> transpose(node);
      case "Concat" -> concat(node);
      case "Split" -> split(node);
      case "Slice" -> slice(node);
      case "Pad" -> pad(node);
      case "Gather" -> gather(node);
      case "Shape" -> shape(node);
      case "Flatten", "Squeeze", "Unsqueeze" -> reshapes.regroup(node);
      case "Reshape" -> reshapes.reshape(node);
      default -> false;
    };
  }

  private boolean elementwise(Node node) {
    long[] shape = graph.shape(node.output(0));
    int[][] result = new int[shape.length][];
    for (String input : node.inputs()) {
      int[][] own = input.isEmpty() ? new int[0][] : graph.axes(input);
      for (int i = 0; i < own.length; i++) {
        int axis = i + shape.length - own.length;
        if (own[i].length != shape[axis]) {
          atoms.freeze(own[i]);
        } else if (result[axis] == null) {
          result[axis] = own[i];
        } else {
          atoms.join(result[axis], own[i]);
        }
      }
    }
    for (int i = 0; i < result.length; i++) {
      result[i] = result[i] == null ? Atoms.frozen(shape[i]) : result[i];
    }
    graph.put(node.output(0), result);
    return true;
  }

  /** The first two axes stay what they are, all others are needed whole. */
  private boolean channelsPass(Node node) {
    int[][] input = graph.axes(node.input(0));
    long[] shape = graph.shape(node.output(0));
    if (shape.length != input.length || shape.length < 2 || shape[1] != input[1].length) {
      return false;
    }
    int[][] result = Atoms.frozen(shape);
    result[0] = input[0];
    result[1] = input[1];
    for (int i = 2; i < input.length; i++) {
      atoms.freeze(input[i]);
    }
    graph.put(node.output(0), result);
    return true;
  }

  private boolean normalization(Node node) {
    if (node.outputs().size() > 1) {
      return false;
    }
    int[][] input = graph.axes(node.input(0));
    for (String parameter : node.inputs().subList(1, node.inputs().size())) {
      atoms.join(input[1], graph.axes(parameter)[0]);
    }
    for (int i = 2; i < input.length; i++) {
      atoms.freeze(input[i]);
    }
    graph.put(node.output(0), input);
    return true;
  }

  /** A mean over the normalized axes changes with every position that is taken away. */
  private boolean layerNormalization(Node node) {
    int[][] input = graph.axes(node.input(0));
    for (int i = axis(node, "axis", -1, input.length); i < input.length; i++) {
      atoms.freeze(input[i]);
    }
    node.inputs().stream().skip(1).filter(i -> !i.isEmpty()).forEach(graph::freeze);
    node.outputs().stream().skip(1).filter(o -> !o.isEmpty()).forEach(graph::freeze);
    graph.put(node.output(0), input);
    return true;
  }

  private boolean softmax(Node node) {
    int[][] input = graph.axes(node.input(0));
    // Before operator set 13 all axes from this one on are normalized together.
    for (int i = axis(node, "axis", -1, input.length); i < input.length; i++) {
      atoms.freeze(input[i]);
    }
    if (!node.attributes().containsKey("axis")) {
      graph.freeze(node.input(0));
    }
    graph.put(node.output(0), input);
    return true;
  }

  private boolean transpose(Node node) {
    int[][] input = graph.axes(node.input(0));
    List<Long> order = node.integers("perm");
    int[][] result = new int[input.length][];
    for (int i = 0; i < input.length; i++) {
      result[i] = input[order.isEmpty() ? input.length - 1 - i : order.get(i).intValue()];
    }
    graph.put(node.output(0), result);
    return true;
  }

  private boolean concat(Node node) {
    int[][] first = graph.axes(node.input(0)).clone();
    int axis = axis(node, "axis", 0, first.length);
    for (String input : node.inputs().subList(1, node.inputs().size())) {
      int[][] next = graph.axes(input);
      for (int i = 0; i < first.length; i++) {
        if (i == axis) {
          int before = first[i].length;
          first[i] = Arrays.copyOf(first[i], before + next[i].length);
          System.arraycopy(next[i], 0, first[i], before, next[i].length);
        } else {
          atoms.join(first[i], next[i]);
        }
      }
    }
    graph.put(node.output(0), first);
    return true;
  }

  private boolean split(Node node) {
    int[][] input = graph.axes(node.input(0));
    int axis = axis(node, "axis", 0, input.length);
    int from = 0;
    for (String output : node.outputs()) {
      int[][] part = input.clone();
      int length = (int) graph.shape(output)[axis];
      part[axis] = Arrays.copyOfRange(input[axis], from, from + length);
      graph.put(output, part);
      from += length;
    }
    return true;
  }

  private boolean slice(Node node) {
    Optional<long[]> steps =
        node.input(4).isEmpty() ? Optional.of(new long[0]) : constant(node.input(4));
    if (steps.isEmpty() || Arrays.stream(steps.get()).anyMatch(step -> step != 1)) {
      return false;
    }
    return sameWhereEqual(node);
  }

  private boolean pad(Node node) {
    Optional<long[]> pads =
        node.input(1).isEmpty()
            ? Optional.of(node.integers("pads").stream().mapToLong(Long::longValue).toArray())
            : constant(node.input(1));
    return pads.isPresent()
        && Arrays.stream(pads.get()).allMatch(pad -> pad >= 0)
        && sameWhereEqual(node);
  }

  /** Axes of unchanged length pass; the others are needed whole. */
  private boolean sameWhereEqual(Node node) {
    int[][] input = graph.axes(node.input(0));
    int[][] result = Atoms.frozen(graph.shape(node.output(0)));
    for (int i = 0; i < input.length; i++) {
      if (input[i].length == result[i].length) {
        result[i] = input[i];
      } else {
        atoms.freeze(input[i]);
      }
    }
    graph.put(node.output(0), result);
    return true;
  }

  private boolean gather(Node node) {
    int[][] data = graph.axes(node.input(0));
    int axis = axis(node, "axis", 0, data.length);
    int[][] result = Atoms.frozen(graph.shape(node.output(0)));
    int indexRank = graph.shape(node.input(1)).length;
    graph.freeze(node.input(1));
    atoms.freeze(data[axis]);
    System.arraycopy(data, 0, result, 0, axis);
    System.arraycopy(data, axis + 1, result, axis + indexRank, data.length - axis - 1);
    graph.put(node.output(0), result);
    return true;
  }

  /** A length that is looked at may take part in arithmetic: it must stay. */
  private boolean shape(Node node) {
    int[][] input = graph.axes(node.input(0));
    for (int axis = 0; axis < input.length; axis++) {
      if (isRead(node, axis, input.length)) {
        atoms.freeze(input[axis]);
      }
    }
    return true;
  }

  private boolean isRead(Node shape, int axis, int rank) {
    if (graph.uses().isPinned(shape.output(0)) || shape.attributes().size() > 0) {
      return true;
    }
    for (Node reader : graph.uses().consumers(shape.output(0))) {
      Optional<long[]> indices = reader.is("Gather") ? constant(reader.input(1)) : Optional.empty();
      if (indices.isEmpty()
          || Arrays.stream(indices.get()).anyMatch(i -> Math.floorMod(i, rank) == axis)) {
        return true;
      }
    }
    return false;
  }

  private boolean reduce(Node node) {
    int[][] input = graph.axes(node.input(0));
    Optional<long[]> axes =
        node.input(1).isEmpty()
            ? Optional.of(node.integers("axes").stream().mapToLong(Long::longValue).toArray())
            : constant(node.input(1));
    if (axes.isEmpty()) {
      return false;
    }
    boolean keep = node.integer("keepdims", 1) == 1;
    int[][] result = Atoms.frozen(graph.shape(node.output(0)));
    int at = 0;
    for (int i = 0; i < input.length; i++) {
      int axis = i;
      boolean reduced =
          axes.get().length == 0
              || Arrays.stream(axes.get())
                  .anyMatch(a -> Math.floorMod(a, (long) input.length) == axis);
      if (reduced) {
        atoms.freeze(input[i]);
        at += keep ? 1 : 0;
      } else {
        result[at++] = input[i];
      }
    }
    graph.put(node.output(0), result);
    return true;
  }

  private Optional<long[]> constant(String name) {
    return Optional.ofNullable(graph.graph().constants().get(name)).map(Tensor::toLongs);
  }

  private static int axis(Node node, String attribute, int otherwise, int rank) {
    return Math.floorMod((int) node.integer(attribute, otherwise), rank);
  }
}
