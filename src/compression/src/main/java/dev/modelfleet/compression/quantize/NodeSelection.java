package dev.modelfleet.compression.quantize;

import dev.modelfleet.compression.graph.Node;
import java.util.Set;

/**
 * Which nodes a quantizer may touch, besides what its step says of operators. A planner that mixes
 * schemes runs one quantizer after another on the same model, each with a selection of its own: all
 * quantizers leave other nodes as they are and work on models that others have worked on.
 *
 * <p>A node is named by its first output, as nodes need no name of their own. Quantizers keep that
 * name for every node that they do not select; smoothing and equalization keep it for all.
 */
@FunctionalInterface
public interface NodeSelection {

  /** Every node. */
  NodeSelection ALL = output -> true;

  /** Whether the node whose first output has this name is selected. */
  boolean selects(String output);

  /** Only nodes whose first output is one of these. */
  static NodeSelection only(Set<String> outputs) {
    Set<String> copy = Set.copyOf(outputs);
    return copy::contains;
  }

  /** All nodes but those whose first output is one of these. */
  static NodeSelection without(Set<String> outputs) {
    Set<String> copy = Set.copyOf(outputs);
    return output -> !copy.contains(output);
  }

  /** Whether a node is selected. */
  default boolean selects(Node node) {
    return selects(node.output(0));
  }
}
