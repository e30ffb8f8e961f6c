package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.graph.Node;

/** What products do to axes; each rule says whether it knows the node's form. */
final class ProductRules {

  private final ChannelGraph graph;
  private final Atoms atoms;

  ProductRules(ChannelGraph graph) {
    this.graph = graph;
    this.atoms = graph.atoms();
  }

  /** A convolution with constant weights. */
  boolean convolution(Node node) {
    if (Layer.of(graph.graph(), node).isEmpty()) {
      return false;
    }
    int[][] input = graph.axes(node.input(0));
    int[][] weights = graph.axes(node.input(1));
    for (int i = 2; i < input.length; i++) {
      atoms.freeze(input[i]);
      atoms.freeze(weights[i]);
    }
    int groups = (int) node.integer("group", 1);
    int perGroup = weights[1].length;
    int outPerGroup = weights[0].length / groups;
    if (groups > 1 && perGroup == 1) {
      joinDepthwise(input[1], weights, outPerGroup);
    } else {
      joinGroups(input[1], weights, groups, outPerGroup);
    }
    if (!node.input(2).isEmpty()) {
      atoms.join(weights[0], graph.axes(node.input(2))[0]);
    }
    int[][] result = Atoms.frozen(graph.shape(node.output(0)));
    result[0] = input[0];
    result[1] = weights[0];
    graph.put(node.output(0), result);
    return true;
  }

  /** Each input channel has its own filters. */
  private void joinDepthwise(int[] input, int[][] weights, int filters) {
    for (int i = 0; i < weights[0].length; i++) {
      atoms.join(weights[0][i], input[i / filters]);
    }
    atoms.freeze(weights[1]);
  }

  /** All groups stay equally large: they lose the channels of the same place. */
  private void joinGroups(int[] input, int[][] weights, int groups, int outPerGroup) {
    int perGroup = weights[1].length;
    for (int i = 0; i < input.length; i++) {
      atoms.join(input[i], weights[1][i % perGroup]);
    }
    for (int o = outPerGroup; groups > 1 && o < weights[0].length; o++) {
      atoms.join(weights[0][o], weights[0][o % outPerGroup]);
    }
  }

  boolean gemm(Node node) {
    int[][] a = graph.axes(node.input(0));
    int[][] b = graph.axes(node.input(1));
    int rows = (int) node.integer("transA", 0);
    int columns = node.integer("transB", 0) == 1 ? 0 : 1;
    atoms.join(a[1 - rows], b[1 - columns]);
    int[][] result = {a[rows], b[columns]};
    if (!node.input(2).isEmpty()) {
      int[][] c = graph.axes(node.input(2));
      for (int i = 0; i < c.length; i++) {
        int[] along = result[i + 2 - c.length];
        if (c[i].length == along.length) {
          atoms.join(c[i], along);
        } else {
          atoms.freeze(c[i]);
        }
      }
    }
    graph.put(node.output(0), result);
    return true;
  }

  boolean matMul(Node node) {
    int[][] a = graph.axes(node.input(0));
    int[][] b = graph.axes(node.input(1));
    long[] shape = graph.shape(node.output(0));
    if (a.length < 2 || b.length < 2) {
      return false;
    }
    atoms.join(a[a.length - 1], b[b.length - 2]);
    int[][] result = Atoms.frozen(shape);
    int rank = shape.length;
    result[rank - 2] = a[a.length - 2];
    result[rank - 1] = b[b.length - 1];
    for (int axis = 0; axis < rank - 2; axis++) {
      int[] first = batch(a, rank, axis, shape[axis]);
      int[] second = batch(b, rank, axis, shape[axis]);
      if (first != null && second != null) {
        atoms.join(first, second);
      }
      result[axis] = first != null ? first : second != null ? second : result[axis];
    }
    graph.put(node.output(0), result);
    return true;
  }

  private static int[] batch(int[][] axes, int rank, int axis, long length) {
    int own = axis - (rank - axes.length);
    return own < 0 || axes[own].length != length ? null : axes[own];
  }
}
