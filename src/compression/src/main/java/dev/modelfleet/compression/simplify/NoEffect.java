package dev.modelfleet.compression.simplify;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.graph.Uses;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/** Removes nodes whose output is their input. */
final class NoEffect {

  private NoEffect() {}

  static int remove(Graph graph) {
    Uses uses = new Uses(graph);
    Renaming renaming = new Renaming();
    Set<Node> removed = new HashSet<>();
    for (Node node : graph.nodes()) {
      if (!passesInputThrough(graph, uses, node)) {
        continue;
      }
      String input = renaming.resolve(node.input(0));
      if (!uses.isPinned(node.output(0))) {
        renaming.add(node.output(0), input);
        removed.add(node);
      } else if (takesOverOutput(graph, uses, node, removed)) {
        removed.add(node);
      }
    }
    graph.nodes().removeAll(removed);
    renaming.apply(graph);
    return removed.size();
  }

  private static boolean passesInputThrough(Graph graph, Uses uses, Node node) {
    if (!node.domain().isEmpty()) {
      return false;
    }
    return switch (node.opType()) {
      case "Identity" -> true;
      case "Dropout" -> isInference(graph, node) && uses.isUnused(node.output(1));
      case "Concat", "Sum", "Max", "Min", "Mean" -> node.inputs().size() == 1;
      case "Transpose" -> isIdentity(node.integers("perm"));
      default -> false;
    };
  }

  /** Dropout drops nothing unless its third input says that it is training. */
  private static boolean isInference(Graph graph, Node node) {
    String training = node.input(2);
    if (training.isEmpty()) {
      return true;
    }
    Tensor value = graph.constants().get(training);
    return value != null && value.toLongs()[0] == 0;
  }

  private static boolean isIdentity(List<Long> permutation) {
    return !permutation.isEmpty()
        && permutation.equals(LongStream.range(0, permutation.size()).boxed().toList());
  }

  /**
   * A graph output keeps its name: the node before computes it under that name, provided that
   * nothing else reads its result under the old one.
   */
  private static boolean takesOverOutput(Graph graph, Uses uses, Node node, Set<Node> removed) {
    Node producer = uses.producer(node.input(0)).orElse(null);
    if (producer == null
        || removed.contains(producer)
        || uses.onlyConsumer(node.input(0)).isEmpty()
        || !graph.outputNames().contains(node.output(0))) {
      return false;
    }
    producer.outputs().replaceAll(o -> o.equals(node.input(0)) ? node.output(0) : o);
    return true;
  }
}
