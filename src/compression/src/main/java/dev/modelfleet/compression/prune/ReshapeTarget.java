package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.NameSource;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The lengths that a Reshape is given: a constant, or a Concat of constants and of lengths that are
 * computed at run time.
 */
final class ReshapeTarget {

  private final Graph graph;
  private final Node node;

  /** What puts the lengths together; null where they are one constant or come otherwise. */
  private final Node concat;

  /** For each axis the constant length; null where it is computed. */
  private final List<Long> lengths = new ArrayList<>();

  private ReshapeTarget(Graph graph, Node node, Node concat) {
    this.graph = graph;
    this.node = node;
    this.concat = concat;
  }

  static ReshapeTarget of(ChannelGraph channels, Node node) {
    Graph graph = channels.graph();
    String shape = node.input(1);
    Node concat =
        channels.uses().producer(shape).filter(producer -> producer.is("Concat")).orElse(null);
    ReshapeTarget target = new ReshapeTarget(graph, node, concat);
    for (String piece : concat == null ? List.of(shape) : concat.inputs()) {
      Tensor constant = graph.constants().get(piece);
      long count = constant == null ? channels.shape(piece)[0] : constant.size();
      for (int i = 0; i < count; i++) {
        target.lengths.add(constant == null ? null : (Long) constant.toLongs()[i]);
      }
    }
    return target;
  }

  /**
   * Whether an axis of the result can become shorter.
   *
   * @param copied whether the axis is the one with the same index of the input
   */
  boolean canChange(int axis, boolean copied) {
    Long length = axis < lengths.size() ? lengths.get(axis) : null;
    return length != null && (length != 0 || copied);
  }

  /** Sets the constant lengths of axes that are given as such. */
  void setLengths(long[] wanted, NameSource names) {
    boolean changed = false;
    for (int i = 0; i < lengths.size(); i++) {
      if (lengths.get(i) != null && lengths.get(i) > 0 && lengths.get(i) != wanted[i]) {
        lengths.set(i, wanted[i]);
        changed = true;
      }
    }
    if (changed) {
      node.inputs().set(1, concat == null ? constant(0, lengths.size(), names) : rewritten(names));
    }
  }

  private String rewritten(NameSource names) {
    Node copy = concat.copy();
    int at = 0;
    for (int i = 0; i < copy.inputs().size(); i++) {
      Tensor constant = graph.constants().get(copy.input(i));
      int count = constant == null ? 1 : (int) constant.size();
      if (constant != null) {
        copy.inputs().set(i, constant(at, at + count, names));
      }
      at += count;
    }
    copy.outputs().set(0, names.fresh(concat.output(0)));
    graph.nodes().add(graph.nodes().indexOf(concat) + 1, copy);
    return copy.output(0);
  }

  private String constant(int from, int to, NameSource names) {
    long[] values = lengths.subList(from, to).stream().mapToLong(Long::longValue).toArray();
    String name = names.fresh(node.output(0) + "_lengths");
    graph.constants().put(name, Tensor.ofLongs(values, values.length));
    return name;
  }
}
