package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Subgraphs;
import dev.modelfleet.compression.graph.Uses;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which positions along which axes of a graph's values and constants can only be removed together,
 * after the idea of DepGraph (Fang et al. 2023), on ONNX operators. Every position of every axis is
 * an atom; {@link AxisRules} joins the atoms that an operator couples and freezes those that it
 * needs all of. Unknown operators freeze what they touch.
 */
final class ChannelGraph {

  private final Graph graph;
  private final ConcreteShapes shapes;
  private final Atoms atoms = new Atoms();
  private final Map<String, int[][]> axes = new HashMap<>();
  private final Uses uses;

  private ChannelGraph(Graph graph, ConcreteShapes shapes) {
    this.graph = graph;
    this.shapes = shapes;
    this.uses = new Uses(graph);
  }

  /** Follows all nodes. Constants that several nodes read couple those nodes. */
  static ChannelGraph of(Graph graph, ConcreteShapes shapes) {
    ChannelGraph result = new ChannelGraph(graph, shapes);
    graph.inputs().forEach(input -> result.freeze(input.getName()));
    AxisRules rules = new AxisRules(result);
    for (Node node : graph.nodes()) {
      rules.apply(node);
    }
    graph.outputNames().forEach(result::freeze);
    graph.nodes().stream()
        .filter(Node::hasSubgraph)
        .flatMap(node -> Subgraphs.captured(node).stream())
        .forEach(result::freeze);
    return result;
  }

  Graph graph() {
    return graph;
  }

  Uses uses() {
    return uses;
  }

  Atoms atoms() {
    return atoms;
  }

  boolean isKnown(String value) {
    return shapes.of(value) != null;
  }

  long[] shape(String value) {
    return shapes.of(value);
  }

  /** Atoms of each axis of a value; new ones for a constant that is met first. */
  int[][] axes(String value) {
    return axes.computeIfAbsent(
        value,
        name -> {
          long[] shape = shapes.of(name);
          int[][] fresh = new int[shape.length][];
          for (int i = 0; i < fresh.length; i++) {
            fresh[i] =
                graph.constants().containsKey(name)
                    ? atoms.fresh(shape[i])
                    : Atoms.frozen(shape[i]);
          }
          return fresh;
        });
  }

  /** Gives a computed value its atoms. */
  void put(String value, int[][] valueAxes) {
    axes.put(value, valueAxes);
  }

  /** Lets everything of a value stay. */
  void freeze(String value) {
    if (isKnown(value)) {
      for (int[] axis : axes(value)) {
        atoms.freeze(axis);
      }
    }
  }

  /** For each axis of a value the roots of its positions; empty for an unknown value. */
  int[][] roots(String value) {
    if (!isKnown(value)) {
      return new int[0][];
    }
    int[][] own = axes(value);
    int[][] roots = new int[own.length][];
    for (int i = 0; i < own.length; i++) {
      roots[i] = new int[own[i].length];
      for (int j = 0; j < own[i].length; j++) {
        roots[i][j] = atoms.root(own[i][j]);
      }
    }
    return roots;
  }

  /** Names of constants and values with at least one axis that is not frozen, in graph order. */
  List<String> prunableValues() {
    List<String> names = new ArrayList<>(graph.constants().keySet());
    graph.nodes().forEach(node -> names.addAll(node.outputs()));
    return names.stream()
        .filter(name -> !name.isEmpty() && axes.containsKey(name))
        .filter(name -> !allFrozen(axes.get(name)))
        .toList();
  }

  private boolean allFrozen(int[][] valueAxes) {
    for (int[] axis : valueAxes) {
      if (!atoms.isFrozen(axis)) {
        return false;
      }
    }
    return true;
  }
}
