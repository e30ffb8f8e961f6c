package dev.modelfleet.compression.graph;

import dev.modelfleet.compression.onnx.GraphProto;
import dev.modelfleet.compression.onnx.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A graph that transforms edit: nodes in an order in which each comes after what it reads,
 * constants by name, inputs and outputs. Everything else of the file is carried along.
 */
public final class Graph {

  private final GraphProto rest;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Tensor> constants = new LinkedHashMap<>();
  private final List<ValueInfoProto> inputs = new ArrayList<>();
  private final List<ValueInfoProto> outputs = new ArrayList<>();

  /**
   * @param rest what is neither a node nor a dense constant, an input or an output
   */
  Graph(GraphProto rest) {
    this.rest = rest;
  }

  /** An empty graph with a name. */
  public static Graph named(String name) {
    return new Graph(GraphProto.newBuilder().setName(name).build());
  }

  /** A graph whose changes do not touch this one; constants are shared. */
  public Graph copy() {
    Graph copy = new Graph(rest);
    nodes.forEach(node -> copy.nodes.add(node.copy()));
    copy.constants.putAll(constants);
    copy.inputs.addAll(inputs);
    copy.outputs.addAll(outputs);
    return copy;
  }

  GraphProto rest() {
    return rest;
  }

  /** Nodes; may be changed. */
  public List<Node> nodes() {
    return nodes;
  }

  /** Constants (initializers) by name; may be changed. */
  public Map<String, Tensor> constants() {
    return constants;
  }

  /** Graph inputs, without those that a constant gives a value; may be changed. */
  public List<ValueInfoProto> inputs() {
    return inputs;
  }

  /** Graph outputs; may be changed. */
  public List<ValueInfoProto> outputs() {
    return outputs;
  }

  /** Names of the graph outputs. */
  public Set<String> outputNames() {
    Set<String> names = new HashSet<>();
    outputs.forEach(output -> names.add(output.getName()));
    return names;
  }

  /**
   * A name that nothing in the graph has, made of the given one and, where needed, a number. Takes
   * the nodes' subgraphs into account.
   */
  public NameSource names() {
    return new NameSource(this);
  }
}
