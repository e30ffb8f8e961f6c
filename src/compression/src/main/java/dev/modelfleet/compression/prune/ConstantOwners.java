package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.NameSource;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import java.util.HashSet;
import java.util.Set;

/**
 * Gives each node its own constants. Equal biases and scales of layers that have nothing to do with
 * each other may be stored once; they would couple these layers.
 */
final class ConstantOwners {

  private ConstantOwners() {}

  /** Separates all constants but the weights of products, which are shared on purpose. */
  static void separate(Graph graph) {
    NameSource names = graph.names();
    Set<String> weights = new HashSet<>();
    Layer.of(graph).forEach(layer -> weights.add(layer.weights()));
    Set<String> taken = new HashSet<>();
    for (Node node : graph.nodes()) {
      for (int i = 0; i < node.inputs().size(); i++) {
        String name = node.input(i);
        Tensor constant = graph.constants().get(name);
        if (constant != null && !weights.contains(name) && !taken.add(name)) {
          String own = names.fresh(name);
          graph.constants().put(own, constant);
          node.inputs().set(i, own);
        }
      }
    }
  }
}
