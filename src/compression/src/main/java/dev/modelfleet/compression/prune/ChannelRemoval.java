package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.NameSource;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Takes channels out of a graph: out of its constants and of what its nodes know of lengths. */
final class ChannelRemoval {

  private final ChannelGraph channels;
  private final Graph graph;
  private final BitSet removed;

  private ChannelRemoval(ChannelGraph channels, BitSet removed) {
    this.channels = channels;
    this.graph = channels.graph();
    this.removed = removed;
  }

  /**
   * Edits the graph that the channels are of.
   *
   * @param removed roots to take out
   */
  static void apply(ChannelGraph channels, BitSet removed, long opset) {
    new ChannelRemoval(channels, removed).run(opset);
  }

  private void run(long opset) {
    NameSource names = graph.names();
    Map<Node, long[]> lengths = new HashMap<>();
    for (Node node : List.copyOf(graph.nodes())) {
      switch (node.opType()) {
        case "Reshape" -> {
          if (touches(node.output(0))) {
            ReshapeTarget.of(channels, node).setLengths(keptShape(node.output(0)), names);
          }
        }
        case "Conv" -> narrowGroups(node);
        case "Split" -> {
          if (touches(node.input(0))) {
            setSplit(node, opset, names);
          }
        }
        default -> {}
      }
    }
    graph.constants().replaceAll(this::slice);
  }

  private Tensor slice(String name, Tensor tensor) {
    int[][] roots = channels.roots(name);
    Tensor result = tensor;
    for (int axis = 0; axis < roots.length; axis++) {
      result = TensorSlices.without(result, axis, roots[axis], removed);
    }
    return result;
  }

  private boolean touches(String value) {
    return Arrays.stream(channels.roots(value)).flatMapToInt(Arrays::stream).anyMatch(removed::get);
  }

  private long[] keptShape(String value) {
    return Arrays.stream(channels.roots(value)).mapToLong(this::kept).toArray();
  }

  private long kept(int[] axis) {
    return Arrays.stream(axis).filter(root -> !removed.get(root)).count();
  }

  /** A depthwise convolution has as many groups as channels; others keep the number of groups. */
  private void narrowGroups(Node node) {
    Tensor weights = graph.constants().get(node.input(1));
    if (weights != null
        && node.integer("group", 1) > 1
        && weights.dimension(1) == 1
        && touches(node.input(0))) {
      node.with("group", kept(channels.roots(node.input(0))[1]));
    }
  }

  private void setSplit(Node node, long opset, NameSource names) {
    int rank = channels.shape(node.input(0)).length;
    int axis = Math.floorMod((int) node.integer("axis", 0), rank);
    long[] sizes = node.outputs().stream().mapToLong(output -> keptShape(output)[axis]).toArray();
    node.attributes().remove("num_outputs");
    if (opset < 13) {
      node.with("split", Arrays.stream(sizes).boxed().toList());
      return;
    }
    String name = names.fresh(node.output(0) + "_sizes");
    graph.constants().put(name, Tensor.ofLongs(sizes, sizes.length));
    while (node.inputs().size() < 2) {
      node.inputs().add("");
    }
    node.inputs().set(1, name);
  }
}
