package dev.modelfleet.compression.simplify;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import java.util.HashMap;
import java.util.Map;

/** Lets the readers of values that go away read others instead. */
final class Renaming {

  private final Map<String, String> targets = new HashMap<>();

  void add(String from, String to) {
    targets.put(from, resolve(to));
  }

  String resolve(String name) {
    String target = targets.get(name);
    return target == null ? name : resolve(target);
  }

  void apply(Graph graph) {
    if (!targets.isEmpty()) {
      for (Node node : graph.nodes()) {
        node.inputs().replaceAll(this::resolve);
      }
    }
  }
}
