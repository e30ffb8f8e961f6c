package dev.modelfleet.compression.graph;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.modelfleet.compression.onnx.GraphProto;
import dev.modelfleet.compression.onnx.ModelProto;
import dev.modelfleet.compression.onnx.TensorProto;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Puts a model file together. Weights go from where they are to the file in pieces; they are never
 * copied as a whole.
 */
final class ModelWriter {

  private static final int PIECE = 1 << 16;

  private final ModelProto header;
  private final GraphProto rest;
  private final Map<TensorProto, MemorySegment> constants = new LinkedHashMap<>();

  /**
   * @param header everything of the model but its graph
   * @param graph the graph
   * @param outside constants whose bytes are elsewhere, in the form that says where; by name
   */
  ModelWriter(ModelProto header, Graph graph, Map<String, TensorProto> outside) {
    this.header = header;
    this.rest = GraphParts.withoutConstants(graph);
    graph
        .constants()
        .forEach(
            (name, tensor) -> {
              TensorProto elsewhere = outside.get(name);
              constants.put(
                  elsewhere == null ? GraphParts.description(name, tensor) : elsewhere,
                  elsewhere == null ? tensor.data() : null);
            });
  }

  /** Bytes that are written. */
  long size() {
    long graph = graphSize();
    return header.getSerializedSize() + fieldSize(ModelProto.GRAPH_FIELD_NUMBER, graph);
  }

  private long graphSize() {
    long size = rest.getSerializedSize();
    for (Map.Entry<TensorProto, MemorySegment> constant : constants.entrySet()) {
      size += fieldSize(GraphProto.INITIALIZER_FIELD_NUMBER, tensorSize(constant));
    }
    return size;
  }

  private static long tensorSize(Map.Entry<TensorProto, MemorySegment> constant) {
    long size = constant.getKey().getSerializedSize();
    MemorySegment data = constant.getValue();
    return data == null
        ? size
        : size + fieldSize(TensorProto.RAW_DATA_FIELD_NUMBER, data.byteSize());
  }

  private static long fieldSize(int field, long length) {
    return CodedOutputStream.computeTagSize(field)
        + CodedOutputStream.computeUInt64SizeNoTag(length)
        + length;
  }

  void write(OutputStream target) throws IOException {
    CodedOutputStream output = CodedOutputStream.newInstance(target, PIECE);
    header.writeTo(output);
    startMessage(output, ModelProto.GRAPH_FIELD_NUMBER, graphSize());
    rest.writeTo(output);
    for (Map.Entry<TensorProto, MemorySegment> constant : constants.entrySet()) {
      startMessage(output, GraphProto.INITIALIZER_FIELD_NUMBER, tensorSize(constant));
      constant.getKey().writeTo(output);
      MemorySegment data = constant.getValue();
      if (data != null) {
        startMessage(output, TensorProto.RAW_DATA_FIELD_NUMBER, data.byteSize());
        copy(data, output);
      }
    }
    output.flush();
  }

  private static void startMessage(CodedOutputStream output, int field, long length)
      throws IOException {
    output.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    output.writeUInt64NoTag(length);
  }

  private static void copy(MemorySegment data, CodedOutputStream output) throws IOException {
    byte[] piece = new byte[(int) Math.min(PIECE, data.byteSize())];
    for (long at = 0; at < data.byteSize(); at += piece.length) {
      int length = (int) Math.min(piece.length, data.byteSize() - at);
      MemorySegment.copy(data, ValueLayout.JAVA_BYTE, at, piece, 0, length);
      output.writeRawBytes(piece, 0, length);
    }
  }
}
