package dev.modelfleet.compression.graph;

import dev.modelfleet.compression.onnx.GraphProto;
import dev.modelfleet.compression.onnx.StringStringEntryProto;
import dev.modelfleet.compression.onnx.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Map;

/** Turns an edited graph back into the form of the file. */
final class GraphWriter {

  /** Smaller tensors stay in the model file: ONNX Runtime reads shapes from them. */
  private static final long MIN_EXTERNAL_BYTES = 1024;

  private static final long ALIGNMENT = 64;

  private GraphWriter() {}

  /** With all data inside; shares memory with the graph. */
  static GraphProto toProto(Graph graph) {
    GraphProto.Builder proto = withoutConstants(graph);
    graph.constants().forEach((name, tensor) -> proto.addInitializer(inline(name, tensor)));
    return proto.build();
  }

  /** With the data of larger tensors in a file. */
  static GraphProto toProto(Graph graph, FileChannel data, String location) throws IOException {
    GraphProto.Builder proto = withoutConstants(graph);
    for (Map.Entry<String, Tensor> constant : graph.constants().entrySet()) {
      Tensor tensor = constant.getValue();
      boolean small = tensor.data() == null || tensor.byteSize() < MIN_EXTERNAL_BYTES;
      proto.addInitializer(
          small
              ? inline(constant.getKey(), tensor)
              : external(constant.getKey(), tensor, data, location));
    }
    return proto.build();
  }

  private static GraphProto.Builder withoutConstants(Graph graph) {
    GraphProto.Builder proto = graph.rest().toBuilder();
    graph.nodes().forEach(node -> proto.addNode(node.toProto()));
    return proto.addAllInput(graph.inputs()).addAllOutput(graph.outputs());
  }

  static TensorProto inline(String name, Tensor tensor) {
    TensorProto.Builder proto = header(name, tensor);
    if (tensor.data() == null) {
      return proto.addAllStringData(tensor.strings()).build();
    }
    return proto.setRawData(tensor.toByteString()).build();
  }

  private static TensorProto external(String name, Tensor tensor, FileChannel file, String location)
      throws IOException {
    long offset = Math.ceilDiv(file.size(), ALIGNMENT) * ALIGNMENT;
    file.position(offset);
    long size = tensor.byteSize();
    for (long at = 0; at < size; ) {
      ByteBuffer part = tensor.data().asSlice(at, Math.min(size - at, 1 << 30)).asByteBuffer();
      while (part.hasRemaining()) {
        at += file.write(part);
      }
    }
    return header(name, tensor)
        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addExternalData(entry("location", location))
        .addExternalData(entry("offset", Long.toString(offset)))
        .addExternalData(entry("length", Long.toString(size)))
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
