package dev.modelfleet.compression.transform;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.graph.Uses;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the values of Constant nodes constants of the graph, and lets readers of an Identity of a
 * constant read the constant, so that every weight is found in one place.
 */
public final class ConstantNodes {

  private ConstantNodes() {}

  /**
   * @return number of nodes removed
   */
  public static int lift(Graph graph) {
    Uses uses = new Uses(graph);
    Map<String, String> aliases = new HashMap<>();
    int before = graph.nodes().size();
    graph
        .nodes()
        .removeIf(
            node -> {
              String output = node.output(0);
              if (node.is("Identity")
                  && graph.constants().containsKey(node.input(0))
                  && !uses.isPinned(output)) {
                aliases.put(output, node.input(0));
                return true;
              }
              Optional<Tensor> value =
                  node.is("Constant") ? node.constantValue() : Optional.empty();
              value.ifPresent(tensor -> graph.constants().put(output, tensor));
              return value.isPresent();
            });
    for (Node node : graph.nodes()) {
      node.inputs().replaceAll(input -> aliases.getOrDefault(input, input));
    }
    return before - graph.nodes().size();
  }
}
