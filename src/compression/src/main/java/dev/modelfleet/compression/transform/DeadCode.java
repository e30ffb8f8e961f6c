package dev.modelfleet.compression.transform;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Subgraphs;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Removes nodes and constants that no graph output depends on. */
public final class DeadCode {

  private DeadCode() {}

  /**
   * @return number of nodes removed
   */
  public static int remove(Graph graph) {
    Set<String> needed = new HashSet<>(graph.outputNames());
    List<Node> nodes = graph.nodes();
    Set<Node> live = new HashSet<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      if (node.outputs().stream().anyMatch(needed::contains)) {
        live.add(node);
        needed.addAll(node.inputs());
        needed.addAll(Subgraphs.captured(node));
      }
    }
    int before = nodes.size();
    nodes.removeIf(node -> !live.contains(node));
    graph.constants().keySet().removeIf(name -> !needed.contains(name));
    return before - nodes.size();
  }
}
