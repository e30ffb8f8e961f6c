package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Uses;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A sum of a value and of what is computed from it. Without the second, the sum is the first.
 *
 * @param sum the Add
 * @param input the value that goes past the block
 */
record ResidualBlock(Node sum, String input) {

  String output() {
    return sum.output(0);
  }

  /** All blocks, in graph order. */
  static List<ResidualBlock> of(Graph graph, ConcreteShapes shapes) {
    Uses uses = new Uses(graph);
    List<ResidualBlock> blocks = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (node.is("Add")
          && !uses.isPinned(node.output(0))
          && Arrays.equals(shapes.of(node.input(0)), shapes.of(node.input(1)))) {
        shortcut(uses, node).ifPresent(input -> blocks.add(new ResidualBlock(node, input)));
      }
    }
    return blocks;
  }

  private static Optional<String> shortcut(Uses uses, Node sum) {
    for (int i = 0; i < 2; i++) {
      String shortcut = sum.input(i);
      if (uses.producer(shortcut).isPresent() && dependsOn(uses, sum.input(1 - i), shortcut)) {
        return Optional.of(shortcut);
      }
    }
    return Optional.empty();
  }

  private static boolean dependsOn(Uses uses, String value, String wanted) {
    Set<String> seen = new HashSet<>();
    List<String> open = new ArrayList<>(List.of(value));
    while (!open.isEmpty()) {
      String next = open.removeLast();
      if (next.equals(wanted)) {
        return true;
      }
      if (seen.add(next)) {
        uses.producer(next).ifPresent(node -> open.addAll(node.inputs()));
      }
    }
    return false;
  }
}
