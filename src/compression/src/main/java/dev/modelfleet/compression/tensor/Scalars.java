package dev.modelfleet.compression.tensor;

import java.nio.ByteBuffer;

/** Reads single elements of any numeric type of at least 8 bits from little-endian bytes. */
final class Scalars {

  private Scalars() {}

  static double read(ElementType type, ByteBuffer bytes, int index) {
    return switch (type) {
      case FLOAT -> bytes.getFloat(index * 4);
      case DOUBLE -> bytes.getDouble(index * 8);
      case FLOAT16 -> Float.float16ToFloat(bytes.getShort(index * 2));
      case BFLOAT16 -> Float.intBitsToFloat(bytes.getShort(index * 2) << 16);
      default -> readLong(type, bytes, index);
    };
  }

  static long readLong(ElementType type, ByteBuffer bytes, int index) {
    return switch (type) {
      case BOOL, INT8 -> bytes.get(index);
      case UINT8 -> bytes.get(index) & 0xFF;
      case INT16 -> bytes.getShort(index * 2);
      case UINT16 -> bytes.getShort(index * 2) & 0xFFFF;
      case INT32 -> bytes.getInt(index * 4);
      case UINT32 -> bytes.getInt(index * 4) & 0xFFFF_FFFFL;
      case INT64, UINT64 -> bytes.getLong(index * 8);
      case FLOAT, DOUBLE, FLOAT16, BFLOAT16 -> (long) read(type, bytes, index);
      default -> throw new IllegalArgumentException(type + " elements can't be read one by one");
    };
  }
}
