package dev.modelfleet.compression.graph;

import com.google.protobuf.ByteString;
import dev.modelfleet.compression.onnx.AttributeProto;
import dev.modelfleet.compression.onnx.NodeProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One operation of a graph. Inputs and outputs are names of values; an empty name stands for an
 * optional one that is left out.
 */
public final class Node {

  private final NodeProto origin;
  private final Map<String, AttributeProto> attributes = new LinkedHashMap<>();
  private String name;
  private String opType;
  private String domain;
  private final List<String> inputs;
  private final List<String> outputs;

  private Node(
      NodeProto origin,
      String name,
      String opType,
      String domain,
      List<String> inputs,
      List<String> outputs) {
    this.origin = origin;
    this.name = name;
    this.opType = opType;
    this.domain = domain;
    this.inputs = new ArrayList<>(inputs);
    this.outputs = new ArrayList<>(outputs);
  }

  /** A node of the default ONNX domain without attributes. */
  public static Node of(String opType, String name, List<String> inputs, List<String> outputs) {
    return new Node(NodeProto.getDefaultInstance(), name, opType, "", inputs, outputs);
  }

  /** A node of a file. */
  static Node of(NodeProto proto) {
    Node node =
        new Node(
            proto.toBuilder().clearInput().clearOutput().clearAttribute().build(),
            proto.getName(),
            proto.getOpType(),
            proto.getDomain().equals("ai.onnx") ? "" : proto.getDomain(),
            proto.getInputList(),
            proto.getOutputList());
    proto
        .getAttributeList()
        .forEach(attribute -> node.attributes.put(attribute.getName(), attribute));
    return node;
  }

  NodeProto toProto() {
    return origin.toBuilder()
        .setName(name)
        .setOpType(opType)
        .setDomain(domain)
        .addAllInput(inputs)
        .addAllOutput(outputs)
        .addAllAttribute(attributes.values())
        .build();
  }

  /** A node with own lists of inputs, outputs and attributes. */
  public Node copy() {
    Node copy = new Node(origin, name, opType, domain, inputs, outputs);
    copy.attributes.putAll(attributes);
    return copy;
  }

  /** Name, may be empty and need not be unique. */
  public String name() {
    return name;
  }

  /** Operator, for instance {@code MatMul}. */
  public String opType() {
    return opType;
  }

  /** Operator set; empty for the default one. */
  public String domain() {
    return domain;
  }

  /** Turns the node into another operator of the default domain; attributes stay. */
  public void setOpType(String newOpType) {
    this.opType = newOpType;
    this.domain = "";
  }

  /** Moves the node to another operator set. */
  public Node inDomain(String newDomain) {
    this.domain = newDomain;
    return this;
  }

  /** Whether this is the operator of the default domain. */
  public boolean is(String operator) {
    return domain.isEmpty() && opType.equals(operator);
  }

  /** Names of the inputs; may be changed. */
  public List<String> inputs() {
    return inputs;
  }

  /** Names of the outputs; may be changed. */
  public List<String> outputs() {
    return outputs;
  }

  /** Name of an input, empty where it is left out. */
  public String input(int index) {
    return index < inputs.size() ? inputs.get(index) : "";
  }

  /** Name of an output, empty where it is left out. */
  public String output(int index) {
    return index < outputs.size() ? outputs.get(index) : "";
  }

  /** Lets every input that reads one value read another. */
  public void replaceInput(String from, String to) {
    inputs.replaceAll(input -> input.equals(from) ? to : input);
  }

  /** Attributes in the order of the file; may be changed. */
  public Map<String, AttributeProto> attributes() {
    return attributes;
  }

  /** An attribute where it is given. */
  public Optional<AttributeProto> attribute(String attribute) {
    return Optional.ofNullable(attributes.get(attribute));
  }

  /** An integer attribute or its default. */
  public long integer(String attribute, long otherwise) {
    return attribute(attribute).map(AttributeProto::getI).orElse(otherwise);
  }

  /** A floating-point attribute or its default. */
  public float real(String attribute, float otherwise) {
    return attribute(attribute).map(AttributeProto::getF).orElse(otherwise);
  }

  /** A string attribute or its default. */
  public String text(String attribute, String otherwise) {
    return attribute(attribute).map(a -> a.getS().toStringUtf8()).orElse(otherwise);
  }

  /** A list of integers; empty where the attribute is not given. */
  public List<Long> integers(String attribute) {
    return attribute(attribute).map(AttributeProto::getIntsList).orElse(List.of());
  }

  /** Sets an integer attribute. */
  public Node with(String attribute, long value) {
    return put(
        AttributeProto.newBuilder()
            .setName(attribute)
            .setType(AttributeProto.AttributeType.INT)
            .setI(value));
  }

  /** Sets a floating-point attribute. */
  public Node with(String attribute, float value) {
    return put(
        AttributeProto.newBuilder()
            .setName(attribute)
            .setType(AttributeProto.AttributeType.FLOAT)
            .setF(value));
  }

  /** Sets a string attribute. */
  public Node with(String attribute, String value) {
    return put(
        AttributeProto.newBuilder()
            .setName(attribute)
            .setType(AttributeProto.AttributeType.STRING)
            .setS(ByteString.copyFromUtf8(value)));
  }

  /** Sets a list of integers. */
  public Node with(String attribute, List<Long> values) {
    return put(
        AttributeProto.newBuilder()
            .setName(attribute)
            .setType(AttributeProto.AttributeType.INTS)
            .addAllInts(values));
  }

  private Node put(AttributeProto.Builder attribute) {
    attributes.put(attribute.getName(), attribute.build());
    return this;
  }

  /** The value of a Constant node; none for sparse ones. */
  public Optional<Tensor> constantValue() {
    for (AttributeProto value : attributes.values()) {
      switch (value.getName()) {
        case "value" -> {
          return Optional.of(GraphReader.constant(value.getT()));
        }
        case "value_float" -> {
          return Optional.of(Tensor.ofFloats(new float[] {value.getF()}));
        }
        case "value_int" -> {
          return Optional.of(Tensor.ofLongs(new long[] {value.getI()}));
        }
        case "value_floats" -> {
          float[] floats = new float[value.getFloatsCount()];
          for (int i = 0; i < floats.length; i++) {
            floats[i] = value.getFloats(i);
          }
          return Optional.of(Tensor.ofFloats(floats, floats.length));
        }
        case "value_ints" -> {
          long[] longs = value.getIntsList().stream().mapToLong(Long::longValue).toArray();
          return Optional.of(Tensor.ofLongs(longs, longs.length));
        }
        default -> {}
      }
    }
    return Optional.empty();
  }

  /** Whether the node runs graphs of its own, as If, Loop and Scan do. */
  public boolean hasSubgraph() {
    return attributes.values().stream().anyMatch(a -> a.hasG() || a.getGraphsCount() > 0);
  }

  @Override
  public String toString() {
    return "%s %s%s -> %s".formatted(opType, name, inputs, outputs);
  }
}
