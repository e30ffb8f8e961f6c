package dev.modelfleet.compression.graph;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.onnx.TensorProto;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Reads constants in any of the forms in which ONNX stores them. */
final class TensorReader {

  private final MappedFile file;
  private final ExternalData external;

  /**
   * @param file that bytes are located in; null where there are none
   */
  TensorReader(MappedFile file, ExternalData external) {
    this.file = file;
    this.external = external;
  }

  /**
   * @param located bytes that are in the file rather than in the message; may be null
   */
  Tensor read(TensorProto proto, MemorySegment located) {
    ElementType type = ElementType.ofCode(proto.getDataType());
    long[] shape = proto.getDimsList().stream().mapToLong(Long::longValue).toArray();
    long bytes = expectedBytes(proto, type, shape);
    if (proto.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
      return external.read(proto, type, shape, bytes);
    }
    if (type == ElementType.STRING) {
      requireCount(proto, proto.getStringDataCount(), TensorData.elements(shape));
      return Tensor.ofStrings(shape, proto.getStringDataList());
    }
    if (located != null) {
      return Tensor.of(type, shape, requireSize(proto, located, bytes), file);
    }
    if (!proto.getRawData().isEmpty() || bytes == 0) {
      MemorySegment raw = MemorySegment.ofBuffer(proto.getRawData().asReadOnlyByteBuffer());
      return Tensor.of(type, shape, requireSize(proto, raw, bytes));
    }
    return Tensor.of(type, shape, typed(proto, type, shape));
  }

  private static long expectedBytes(TensorProto proto, ElementType type, long[] shape) {
    try {
      if (Arrays.stream(shape).allMatch(dimension -> dimension >= 0)) {
        return type.bytes(TensorData.elements(shape));
      }
    } catch (ArithmeticException e) {
      throw invalid(proto, "has the impossible shape " + Arrays.toString(shape));
    }
    throw invalid(proto, "has the impossible shape " + Arrays.toString(shape));
  }

  private static MemorySegment requireSize(TensorProto proto, MemorySegment raw, long bytes) {
    if (raw.byteSize() != bytes) {
      throw invalid(
          proto,
          "holds %d bytes, its type and shape %s take %d"
              .formatted(raw.byteSize(), proto.getDimsList(), bytes));
    }
    return raw;
  }

  private static MemorySegment typed(TensorProto proto, ElementType type, long[] shape) {
    long elements = TensorData.elements(shape);
    int count =
        switch (type) {
          case FLOAT, COMPLEX64 -> proto.getFloatDataCount();
          case DOUBLE, COMPLEX128 -> proto.getDoubleDataCount();
          case INT64 -> proto.getInt64DataCount();
          case UINT32, UINT64 -> proto.getUint64DataCount();
          default -> proto.getInt32DataCount();
        };
    long perElement = type == ElementType.COMPLEX64 || type == ElementType.COMPLEX128 ? 2 : 1;
    long packed = type.bits() < 8 ? 8 / type.bits() : 1;
    requireCount(proto, count, Math.ceilDiv(elements * perElement, packed));
    MemorySegment data = Tensor.allocate(type.bytes(elements));
    ByteBuffer buffer = data.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      switch (type) {
        case FLOAT, COMPLEX64 -> buffer.putFloat(proto.getFloatData(i));
        case DOUBLE, COMPLEX128 -> buffer.putDouble(proto.getDoubleData(i));
        case INT64 -> buffer.putLong(proto.getInt64Data(i));
        case UINT64 -> buffer.putLong(proto.getUint64Data(i));
        case UINT32 -> buffer.putInt((int) proto.getUint64Data(i));
        case INT32 -> buffer.putInt(proto.getInt32Data(i));
        case INT16, UINT16, FLOAT16, BFLOAT16 -> buffer.putShort((short) proto.getInt32Data(i));
        default -> buffer.put((byte) proto.getInt32Data(i));
      }
    }
    return data;
  }

  private static void requireCount(TensorProto proto, long count, long expected) {
    if (count != expected) {
      throw invalid(
          proto,
          "holds %d values, its shape %s takes %d".formatted(count, proto.getDimsList(), expected));
    }
  }

  private static CompressionException invalid(TensorProto proto, String problem) {
    return new CompressionException(
        FailureReason.INVALID_MODEL, "tensor " + proto.getName() + " " + problem);
  }
}
