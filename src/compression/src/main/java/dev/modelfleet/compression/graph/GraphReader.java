package dev.modelfleet.compression.graph;

import com.google.protobuf.UnsafeByteOperations;
import dev.modelfleet.compression.onnx.AttributeProto;
import dev.modelfleet.compression.onnx.GraphProto;
import dev.modelfleet.compression.onnx.NodeProto;
import dev.modelfleet.compression.onnx.TensorProto;
import java.util.List;

/** Turns a file's graph into one that can be edited. */
final class GraphReader {

  private final TensorReader tensors;

  /**
   * @param file that the graph was read from
   */
  GraphReader(MappedFile file, ExternalData external) {
    this.tensors = new TensorReader(file, external);
  }

  Graph read(GraphProto proto, List<ModelParser.Constant> constants) {
    Graph graph =
        new Graph(
            proto.toBuilder().clearNode().clearInput().clearOutput().clearValueInfo().build());
    for (ModelParser.Constant constant : constants) {
      graph
          .constants()
          .put(constant.proto().getName(), tensors.read(constant.proto(), constant.raw()));
    }
    proto.getNodeList().forEach(node -> graph.nodes().add(Node.of(withData(node))));
    // Since IR version 4 an input with an initializer is one that has a default value; a compressed
    // model fixes it.
    proto.getInputList().stream()
        .filter(input -> !graph.constants().containsKey(input.getName()))
        .forEach(graph.inputs()::add);
    graph.outputs().addAll(proto.getOutputList());
    return graph;
  }

  /** Brings external data of tensors inside nodes into the node, as it is written elsewhere. */
  private NodeProto withData(NodeProto node) {
    if (node.getAttributeList().stream().noneMatch(GraphReader::mayHoldTensors)) {
      return node;
    }
    NodeProto.Builder builder = node.toBuilder();
    builder.getAttributeBuilderList().forEach(this::inlineAttribute);
    return builder.build();
  }

  private static boolean mayHoldTensors(AttributeProto attribute) {
    return attribute.hasT()
        || attribute.hasG()
        || attribute.getTensorsCount() > 0
        || attribute.getGraphsCount() > 0;
  }

  private void inlineAttribute(AttributeProto.Builder attribute) {
    if (attribute.hasT()) {
      inlineTensor(attribute.getTBuilder());
    }
    attribute.getTensorsBuilderList().forEach(this::inlineTensor);
    if (attribute.hasG()) {
      inlineGraph(attribute.getGBuilder());
    }
    attribute.getGraphsBuilderList().forEach(this::inlineGraph);
  }

  private void inlineGraph(GraphProto.Builder graph) {
    graph.getInitializerBuilderList().forEach(this::inlineTensor);
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      node.getAttributeBuilderList().forEach(this::inlineAttribute);
    }
  }

  private void inlineTensor(TensorProto.Builder tensor) {
    if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
      Tensor data = tensors.read(tensor.build(), null);
      tensor
          .clearExternalData()
          .clearDataLocation()
          .setRawData(UnsafeByteOperations.unsafeWrap(data.data().asByteBuffer()));
    }
  }

  /** A tensor that is the value of a node's attribute. */
  static Tensor constant(TensorProto proto) {
    return new TensorReader(null, new ExternalData(null, 0)).read(proto, null);
  }
}
