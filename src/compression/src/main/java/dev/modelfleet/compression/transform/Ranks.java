package dev.modelfleet.compression.transform;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Number of axes of values whose shape the engine does not infer: what follows a Reshape to a shape
 * that is computed at run time. The length of that shape is known even where its values are not.
 */
final class Ranks {

  /** Operators whose result has as many axes as the input with the most. */
  private static final Set<String> BROADCASTING =
      Set.of("Add", "Sub", "Mul", "Div", "Pow", "Where", "Min", "Max", "Sum", "MatMul", "Mod");

  /** Operators whose result has as many axes as their first input. */
  private static final Set<String> SAME =
      Set.of(
          "Abs",
          "Cast",
          "Clip",
          "Concat",
          "Dropout",
          "Elu",
          "Erf",
          "Exp",
          "Gelu",
          "HardSigmoid",
          "HardSwish",
          "Identity",
          "LayerNormalization",
          "LeakyRelu",
          "LogSoftmax",
          "Neg",
          "Pad",
          "PRelu",
          "Relu",
          "Sigmoid",
          "Slice",
          "Softmax",
          "Softplus",
          "Split",
          "Sqrt",
          "Tanh",
          "Tile",
          "Transpose",
          "Trilu");

  private final ValueTypes types;
  private final Map<String, Integer> ranks = new HashMap<>();

  Ranks(Graph graph, ValueTypes types) {
    this.types = types;
    for (Node node : graph.nodes()) {
      OptionalInt rank = node.domain().isEmpty() ? result(node) : OptionalInt.empty();
      if (rank.isPresent()) {
        node.outputs().forEach(output -> ranks.put(output, rank.getAsInt()));
      }
    }
  }

  /** Number of axes, where it is known. */
  OptionalInt of(String value) {
    Optional<Integer> inferred = types.shape(value).map(List::size);
    Integer known = inferred.orElse(ranks.get(value));
    return known == null ? OptionalInt.empty() : OptionalInt.of(known);
  }

  private OptionalInt result(Node node) {
    if (node.is("Reshape")) {
      return types
          .shape(node.input(1))
          .filter(shape -> shape.size() == 1 && shape.getFirst() >= 0)
          .map(shape -> OptionalInt.of(shape.getFirst().intValue()))
          .orElse(OptionalInt.empty());
    }
    if (SAME.contains(node.opType())) {
      return of(node.input(0));
    }
    if (!BROADCASTING.contains(node.opType())) {
      return OptionalInt.empty();
    }
    int most = 0;
    for (String input : node.inputs()) {
      OptionalInt rank = of(input);
      if (rank.isEmpty()) {
        return OptionalInt.empty();
      }
      most = Math.max(most, rank.getAsInt());
    }
    return OptionalInt.of(most);
  }
}
