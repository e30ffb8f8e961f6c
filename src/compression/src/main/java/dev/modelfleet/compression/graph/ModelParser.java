package dev.modelfleet.compression.graph;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.modelfleet.compression.onnx.GraphProto;
import dev.modelfleet.compression.onnx.ModelProto;
import dev.modelfleet.compression.onnx.TensorProto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes a model file apart: everything but the weights is read by protobuf; the weights, by far
 * most of the file, are only located, so that they stay where they are.
 */
final class ModelParser {

  /**
   * A constant of the graph.
   *
   * @param proto without the bytes that are in the file
   * @param raw the bytes in the file; null where the message itself holds the values
   */
  record Constant(TensorProto proto, MemorySegment raw) {}

  /**
   * A file in parts.
   *
   * @param header everything of the model but its graph
   * @param graph everything of the graph but its constants
   * @param constants in the order of the file
   */
  record Parts(ModelProto header, GraphProto graph, List<Constant> constants) {}

  /** Smaller values are read with the rest. */
  private static final int MIN_LOCATED_BYTES = 256;

  private static final int BUFFER = 1 << 14;

  private final MemorySegment file;
  private final ByteArrayOutputStream header = new ByteArrayOutputStream();
  private final ByteArrayOutputStream graph = new ByteArrayOutputStream();
  private final List<Constant> constants = new ArrayList<>();
  private boolean hasGraph;

  private ModelParser(MemorySegment file) {
    this.file = file;
  }

  static CodedInputStream input(MemorySegment file) {
    CodedInputStream input = CodedInputStream.newInstance(new SegmentInputStream(file), BUFFER);
    input.setSizeLimit(Integer.MAX_VALUE);
    return input;
  }

  /**
   * @throws IOException where the file is no protobuf message of the form of a model
   */
  static Parts parse(MemorySegment file) throws IOException {
    ModelParser parser = new ModelParser(file);
    parser.readModel(input(file));
    GraphProto rest = GraphProto.parseFrom(parser.graph.toByteArray());
    ModelProto model = ModelProto.parseFrom(parser.header.toByteArray());
    return new Parts(model, parser.hasGraph ? rest : null, parser.constants);
  }

  private void readModel(CodedInputStream input) throws IOException {
    CodedOutputStream rest = CodedOutputStream.newInstance(header);
    CodedOutputStream graphRest = CodedOutputStream.newInstance(graph);
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      if (isMessage(tag, ModelProto.GRAPH_FIELD_NUMBER)) {
        hasGraph = true;
        int outer = input.pushLimit(input.readRawVarint32());
        readGraph(input, graphRest);
        input.checkLastTagWas(0);
        input.popLimit(outer);
      } else {
        input.skipField(tag, rest);
      }
    }
    rest.flush();
    graphRest.flush();
  }

  private void readGraph(CodedInputStream input, CodedOutputStream rest) throws IOException {
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      if (isMessage(tag, GraphProto.INITIALIZER_FIELD_NUMBER)) {
        int outer = input.pushLimit(input.readRawVarint32());
        constants.add(readConstant(input));
        input.checkLastTagWas(0);
        input.popLimit(outer);
      } else {
        input.skipField(tag, rest);
      }
    }
  }

  private Constant readConstant(CodedInputStream input) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream rest = CodedOutputStream.newInstance(bytes);
    MemorySegment raw = null;
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      if (!isMessage(tag, TensorProto.RAW_DATA_FIELD_NUMBER)) {
        input.skipField(tag, rest);
        continue;
      }
      int length = input.readRawVarint32();
      long offset = input.getTotalBytesRead();
      if (length < MIN_LOCATED_BYTES) {
        rest.writeTag(TensorProto.RAW_DATA_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        rest.writeByteArrayNoTag(input.readRawBytes(length));
      } else {
        input.skipRawBytes(length);
        raw = file.asSlice(offset, length);
      }
    }
    rest.flush();
    return new Constant(TensorProto.parseFrom(bytes.toByteArray()), raw);
  }

  private static boolean isMessage(int tag, int field) {
    return tag == (field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED);
  }
}
