package dev.modelfleet.compression.graph;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;
import java.io.IOException;

/**
 * Counts what a model file is made of without building it. A few bytes of a hostile file can stand
 * for an object of a hundred; so the number of objects is bounded before any is made.
 */
final class PartCount {

  /** Values in packed arrays take less memory than objects; so many count as one part. */
  private static final int VALUES_PER_PART = 16;

  private static final int MAX_DEPTH = 100;

  private final long limit;
  private long parts;

  PartCount(long limit) {
    this.limit = limit;
  }

  /** What is in a length-delimited field. */
  private enum Kind {
    MODEL,
    GRAPH,
    NODE,
    ATTRIBUTE,
    FUNCTION,
    TRAINING,
    TENSOR,
    SPARSE_TENSOR,
    TYPE,
    OTHER_MESSAGE,
    LEAF
  }

  /**
   * @throws CompressionException with INVALID_MODEL where the file has too many parts or is broken
   */
  void requireWithinLimit(CodedInputStream model) throws IOException {
    count(model, Kind.MODEL, 0);
  }

  private void count(CodedInputStream input, Kind kind, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new CompressionException(
          FailureReason.INVALID_MODEL, "the model nests more than " + MAX_DEPTH + " levels deep");
    }
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      add(1);
      if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        input.skipField(tag);
        continue;
      }
      int length = input.readRawVarint32();
      int field = WireFormat.getTagFieldNumber(tag);
      Kind inner = kind(kind, field);
      if (inner == Kind.LEAF) {
        if (kind == Kind.TENSOR && isPackedNumbers(field) || kind == Kind.ATTRIBUTE) {
          add(length / VALUES_PER_PART);
        }
        input.skipRawBytes(length);
      } else {
        int outer = input.pushLimit(length);
        count(input, inner, depth + 1);
        input.popLimit(outer);
      }
    }
  }

  private void add(long more) {
    parts += more;
    if (parts > limit) {
      throw new CompressionException(
          FailureReason.INVALID_MODEL,
          "the model has more than %d nodes, tensors and other parts".formatted(limit));
    }
  }

  private static boolean isPackedNumbers(int field) {
    return field == 1 || field == 5 || field == 7 || field == 11;
  }

  private static Kind kind(Kind parent, int field) {
    return switch (parent) {
      case MODEL ->
          switch (field) {
            case 7 -> Kind.GRAPH;
            case 20 -> Kind.TRAINING;
            case 25 -> Kind.FUNCTION;
            case 8, 14 -> Kind.OTHER_MESSAGE;
            default -> Kind.LEAF;
          };
      case GRAPH ->
          switch (field) {
            case 1 -> Kind.NODE;
            case 5 -> Kind.TENSOR;
            case 15 -> Kind.SPARSE_TENSOR;
            case 11, 12, 13 -> Kind.TYPE;
            case 14, 16 -> Kind.OTHER_MESSAGE;
            default -> Kind.LEAF;
          };
      case NODE -> field == 5 ? Kind.ATTRIBUTE : Kind.LEAF;
      case ATTRIBUTE ->
          switch (field) {
            case 5, 10 -> Kind.TENSOR;
            case 6, 11 -> Kind.GRAPH;
            case 22, 23 -> Kind.SPARSE_TENSOR;
            case 14, 15 -> Kind.TYPE;
            default -> Kind.LEAF;
          };
      case FUNCTION ->
          switch (field) {
            case 7 -> Kind.NODE;
            case 11 -> Kind.ATTRIBUTE;
            case 12 -> Kind.TYPE;
            default -> Kind.LEAF;
          };
      case TRAINING -> field == 1 || field == 2 ? Kind.GRAPH : Kind.LEAF;
      case SPARSE_TENSOR -> field == 1 || field == 2 ? Kind.TENSOR : Kind.LEAF;
      case TENSOR -> field == 13 || field == 16 ? Kind.OTHER_MESSAGE : Kind.LEAF;
      case TYPE -> typeField(field);
      case OTHER_MESSAGE, LEAF -> Kind.LEAF;
    };
  }

  /**
   * ValueInfoProto, TypeProto, TensorShapeProto and Dimension together: 2 and 1, 4, 5, 8, 9 nest.
   */
  private static Kind typeField(int field) {
    return field == 2 ? Kind.TYPE : Kind.LEAF;
  }
}
