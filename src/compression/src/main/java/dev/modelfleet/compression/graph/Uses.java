package dev.modelfleet.compression.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who makes and who reads each value: a snapshot that a change of the graph does not update. */
public final class Uses {

  private final Map<String, Node> producers = new HashMap<>();
  private final Map<String, List<Node>> consumers = new HashMap<>();
  private final Set<String> captured = new HashSet<>();
  private final Set<String> outputs;

  /** Takes the snapshot. */
  public Uses(Graph graph) {
    this.outputs = graph.outputNames();
    for (Node node : graph.nodes()) {
      node.outputs().forEach(output -> producers.put(output, node));
      node.inputs().stream()
          .distinct()
          .filter(input -> !input.isEmpty())
          .forEach(input -> consumers.computeIfAbsent(input, k -> new ArrayList<>(2)).add(node));
      if (node.hasSubgraph()) {
        captured.addAll(Subgraphs.captured(node));
      }
    }
  }

  /** The node that computes a value; none for inputs and constants. */
  public Optional<Node> producer(String value) {
    return Optional.ofNullable(value.isEmpty() ? null : producers.get(value));
  }

  /** Nodes that read a value, each once, in graph order. */
  public List<Node> consumers(String value) {
    return consumers.getOrDefault(value, List.of());
  }

  /** Whether a value is a graph output or is read inside a subgraph, so that its name must stay. */
  public boolean isPinned(String value) {
    return outputs.contains(value) || captured.contains(value);
  }

  /** Whether a value is read inside a subgraph. */
  public boolean isCaptured(String value) {
    return captured.contains(value);
  }

  /** The only reader of a value that is neither pinned nor read by others. */
  public Optional<Node> onlyConsumer(String value) {
    List<Node> readers = consumers(value);
    return readers.size() == 1 && !isPinned(value)
        ? Optional.of(readers.getFirst())
        : Optional.empty();
  }

  /** Whether nothing reads a value. */
  public boolean isUnused(String value) {
    return consumers(value).isEmpty() && !isPinned(value);
  }
}
