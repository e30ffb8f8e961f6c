package dev.modelfleet.compression.graph;

import dev.modelfleet.compression.onnx.AttributeProto;
import dev.modelfleet.compression.onnx.GraphProto;
import dev.modelfleet.compression.onnx.NodeProto;
import dev.modelfleet.compression.onnx.ValueInfoProto;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What the bodies of control-flow nodes read from the graph around them. */
public final class Subgraphs {

  private Subgraphs() {}

  /** Names that the node's subgraphs, at any depth, read and do not define themselves. */
  public static Set<String> captured(Node node) {
    Set<String> names = new HashSet<>();
    node.attributes()
        .values()
        .forEach(attribute -> graphs(attribute).forEach(g -> capture(g, Set.of(), names)));
    return names;
  }

  private static void capture(GraphProto graph, Set<String> outer, Set<String> captured) {
    Set<String> defined = new HashSet<>(outer);
    graph.getInputList().forEach(input -> defined.add(input.getName()));
    graph.getInitializerList().forEach(tensor -> defined.add(tensor.getName()));
    graph.getSparseInitializerList().forEach(t -> defined.add(t.getValues().getName()));
    for (NodeProto node : graph.getNodeList()) {
      node.getInputList().stream().filter(n -> !defined.contains(n)).forEach(captured::add);
      for (AttributeProto attribute : node.getAttributeList()) {
        graphs(attribute).forEach(inner -> capture(inner, defined, captured));
      }
      defined.addAll(node.getOutputList());
    }
    graph.getOutputList().stream()
        .map(ValueInfoProto::getName)
        .filter(name -> !defined.contains(name))
        .forEach(captured::add);
  }

  /** Every name that occurs in the node's subgraphs. */
  static Set<String> allNames(Node node) {
    Set<String> names = new HashSet<>();
    node.attributes().values().forEach(a -> graphs(a).forEach(g -> collect(g, names)));
    return names;
  }

  private static void collect(GraphProto graph, Set<String> names) {
    graph.getInputList().forEach(input -> names.add(input.getName()));
    graph.getInitializerList().forEach(tensor -> names.add(tensor.getName()));
    for (NodeProto node : graph.getNodeList()) {
      names.addAll(node.getInputList());
      names.addAll(node.getOutputList());
      node.getAttributeList().forEach(a -> graphs(a).forEach(inner -> collect(inner, names)));
    }
  }

  private static List<GraphProto> graphs(AttributeProto attribute) {
    return Stream.concat(
            attribute.hasG() ? Stream.of(attribute.getG()) : Stream.empty(),
            attribute.getGraphsList().stream())
        .toList();
  }
}
