package dev.modelfleet.compression.simplify;

import dev.modelfleet.compression.graph.Node;
import java.util.Set;

/** Which nodes give the same outputs for the same inputs, and nothing else. */
final class Purity {

  private static final Set<String> RANDOM =
      Set.of(
          "RandomNormal",
          "RandomNormalLike",
          "RandomUniform",
          "RandomUniformLike",
          "Multinomial",
          "Bernoulli",
          "Dropout");

  private Purity() {}

  static boolean isPure(Node node) {
    return node.domain().isEmpty() && !RANDOM.contains(node.opType()) && !node.hasSubgraph();
  }
}
