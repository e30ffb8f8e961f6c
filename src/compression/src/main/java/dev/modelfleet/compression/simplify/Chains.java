package dev.modelfleet.compression.simplify;

import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.graph.Uses;
import dev.modelfleet.compression.transform.ValueTypes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Lets a node read what the node before it read, where the two together are one: reshapes of
 * reshapes, transposes of transposes, casts of lossless casts. The node before stays until nothing
 * reads it.
 */
final class Chains {

  private static final Set<String> RESHAPES = Set.of("Reshape", "Flatten", "Squeeze", "Unsqueeze");

  private final Graph graph;
  private final Uses uses;
  private final Optional<ValueTypes> types;

  private Chains(Graph graph, Optional<ValueTypes> types) {
    this.graph = graph;
    this.uses = new Uses(graph);
    this.types = types;
  }

  static int shorten(OnnxModel model) {
    Graph graph = model.graph();
    boolean hasCasts = graph.nodes().stream().anyMatch(node -> node.is("Cast"));
    Chains chains =
        new Chains(graph, hasCasts ? Optional.of(ValueTypes.infer(model)) : Optional.empty());
    return (int) graph.nodes().stream().filter(chains::shorten).count();
  }

  private boolean shorten(Node node) {
    if (!node.domain().isEmpty()) {
      return false;
    }
    Node before = uses.producer(node.input(0)).filter(n -> n.domain().isEmpty()).orElse(null);
    return switch (node.opType()) {
      case "Reshape" -> before != null && shortenReshape(node, before);
      case "Transpose" -> before != null && shortenTranspose(node, before);
      case "Cast" -> shortenCast(node, before);
      default -> false;
    };
  }

  /** A 0 in the shape copies a dimension of the input, so that it can't be exchanged. */
  private boolean shortenReshape(Node node, Node before) {
    Tensor shape = graph.constants().get(node.input(1));
    if (shape == null || !RESHAPES.contains(before.opType())) {
      return false;
    }
    for (long dimension : shape.toLongs()) {
      if (dimension == 0) {
        return false;
      }
    }
    node.inputs().set(0, before.input(0));
    return true;
  }

  private boolean shortenTranspose(Node node, Node before) {
    List<Long> second = node.integers("perm");
    List<Long> first = before.integers("perm");
    if (!before.is("Transpose") || first.isEmpty() || second.size() != first.size()) {
      return false;
    }
    List<Long> both =
        IntStream.range(0, second.size())
            .mapToObj(i -> first.get(second.get(i).intValue()))
            .toList();
    node.with("perm", both);
    node.inputs().set(0, before.input(0));
    return true;
  }

  private boolean shortenCast(Node node, Node before) {
    ValueTypes known = types.orElseThrow();
    if (known.type(node.input(0)).filter(type -> type.code() == node.integer("to", 0)).isPresent()
        && known.type(node.output(0)).isPresent()) {
      node.setOpType("Identity");
      node.attributes().clear();
      return true;
    }
    if (before == null || !before.is("Cast")) {
      return false;
    }
    boolean lossless =
        known
            .type(before.input(0))
            .flatMap(from -> known.type(before.output(0)).map(to -> Lossless.holds(to, from)))
            .orElse(false);
    if (lossless) {
      node.inputs().set(0, before.input(0));
    }
    return lossless;
  }
}
