package dev.modelfleet.compression.simplify;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Uses;
import dev.modelfleet.compression.onnx.AttributeProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Computes once what is computed several times from the same inputs. */
final class CommonSubexpressions {

  private CommonSubexpressions() {}

  private record Expression(
      String opType, List<String> inputs, int outputs, Map<String, AttributeProto> attributes) {}

  static int merge(Graph graph) {
    Uses uses = new Uses(graph);
    Map<Expression, Node> first = new HashMap<>();
    Renaming renaming = new Renaming();
    Set<Node> removed = new HashSet<>();
    for (Node node : graph.nodes()) {
      node.inputs().replaceAll(renaming::resolve);
      if (!Purity.isPure(node)) {
        continue;
      }
      Node same =
          first.putIfAbsent(
              new Expression(
                  node.opType(),
                  List.copyOf(node.inputs()),
                  node.outputs().size(),
                  Map.copyOf(node.attributes())),
              node);
      if (same != null && canReplace(uses, node, same)) {
        for (int i = 0; i < node.outputs().size(); i++) {
          renaming.add(node.output(i), same.output(i));
        }
        removed.add(node);
      }
    }
    graph.nodes().removeAll(removed);
    renaming.apply(graph);
    return removed.size();
  }

  private static boolean canReplace(Uses uses, Node node, Node same) {
    for (int i = 0; i < node.outputs().size(); i++) {
      boolean leftOut = node.output(i).isEmpty() != same.output(i).isEmpty();
      if (leftOut || uses.isPinned(node.output(i))) {
        return false;
      }
    }
    return true;
  }
}
