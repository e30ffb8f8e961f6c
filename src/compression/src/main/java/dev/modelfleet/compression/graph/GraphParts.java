package dev.modelfleet.compression.graph;

import dev.modelfleet.compression.onnx.GraphProto;
import dev.modelfleet.compression.onnx.StringStringEntryProto;
import dev.modelfleet.compression.onnx.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.LinkedHashMap;
import java.util.Map;

/** The parts of a graph in the form of the file. */
final class GraphParts {

  private static final long ALIGNMENT = 64;

  private GraphParts() {}

  static GraphProto withoutConstants(Graph graph) {
    GraphProto.Builder proto = graph.rest().toBuilder();
    graph.nodes().forEach(node -> proto.addNode(node.toProto()));
    return proto.addAllInput(graph.inputs()).addAllOutput(graph.outputs()).build();
  }

  /** Name, type and shape of a tensor, and the values where they are strings. */
  static TensorProto description(String name, Tensor tensor) {
    TensorProto.Builder proto = header(name, tensor);
    return tensor.data() == null ? proto.addAllStringData(tensor.strings()).build() : proto.build();
  }

  /**
   * Writes the data of large tensors to a file.
   *
   * @return their form in the model file by name
   */
  static Map<String, TensorProto> writeExternal(Graph graph, FileChannel file, String location)
      throws IOException {
    Map<String, TensorProto> outside = new LinkedHashMap<>();
    for (Map.Entry<String, Tensor> constant : graph.constants().entrySet()) {
      if (constant.getValue().isLarge()) {
        long offset = write(constant.getValue(), file);
        outside.put(
            constant.getKey(), external(constant.getKey(), constant.getValue(), location, offset));
      }
    }
    return outside;
  }

  private static long write(Tensor tensor, FileChannel file) throws IOException {
    long offset = Math.ceilDiv(file.size(), ALIGNMENT) * ALIGNMENT;
    file.position(offset);
    long size = tensor.byteSize();
    for (long at = 0; at < size; ) {
      ByteBuffer part = tensor.data().asSlice(at, Math.min(size - at, 1 << 30)).asByteBuffer();
      while (part.hasRemaining()) {
        at += file.write(part);
      }
    }
    return offset;
  }

  /** A tensor whose data is elsewhere. */
  static TensorProto external(String name, Tensor tensor, String location, long offset) {
    return header(name, tensor)
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(entry("location", location))
        .addExternalData(entry("offset", Long.toString(offset)))
        .addExternalData(entry("length", Long.toString(tensor.byteSize())))
        .build();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private static TensorProto.Builder header(String name, Tensor tensor) {
    TensorProto.Builder proto =
        TensorProto.newBuilder().setName(name).setDataType(tensor.type().code());
    for (long dimension : tensor.shape()) {
      proto.addDims(dimension);
    }
    return proto;
  }
}
