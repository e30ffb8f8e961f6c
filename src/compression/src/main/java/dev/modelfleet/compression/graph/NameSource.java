package dev.modelfleet.compression.graph;

import java.util.HashSet;
import java.util.Set;

/** Gives names that nothing in a graph or its subgraphs has; the same calls give the same names. */
public final class NameSource {

  private final Set<String> taken = new HashSet<>();

  NameSource(Graph graph) {
    taken.addAll(graph.constants().keySet());
    graph.inputs().forEach(input -> taken.add(input.getName()));
    graph.outputs().forEach(output -> taken.add(output.getName()));
    graph.rest().getSparseInitializerList().forEach(s -> taken.add(s.getValues().getName()));
    for (Node node : graph.nodes()) {
      taken.add(node.name());
      taken.addAll(node.inputs());
      taken.addAll(node.outputs());
      taken.addAll(Subgraphs.allNames(node));
    }
  }

  /** The wish, or the wish and a number. */
  public String fresh(String wish) {
    String name = wish;
    for (int i = 1; !taken.add(name); i++) {
      name = wish + "_" + i;
    }
    return name;
  }
}
