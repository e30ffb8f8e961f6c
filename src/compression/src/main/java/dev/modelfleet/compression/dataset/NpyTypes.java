package dev.modelfleet.compression.dataset;

import dev.modelfleet.compression.tensor.ElementType;

/** NumPy's type codes and the element types they stand for. */
final class NpyTypes {

  private NpyTypes() {}

  static ElementType elementType(String name, String code) {
    if (code.startsWith(">")) {
      throw NpyHeader.mismatch(
          name, "is big-endian (" + code + "): save array.astype(array.dtype.newbyteorder('<'))");
    }
    return switch (code.substring(code.isEmpty() ? 0 : 1)) {
      case "b1" -> ElementType.BOOL;
      case "u1" -> ElementType.UINT8;
      case "u2" -> ElementType.UINT16;
      case "u4" -> ElementType.UINT32;
      case "u8" -> ElementType.UINT64;
      case "i1" -> ElementType.INT8;
      case "i2" -> ElementType.INT16;
      case "i4" -> ElementType.INT32;
      case "i8" -> ElementType.INT64;
      case "f2" -> ElementType.FLOAT16;
      case "f4" -> ElementType.FLOAT;
      case "f8" -> ElementType.DOUBLE;
      default ->
          throw NpyHeader.mismatch(
              name,
              "has the unsupported type %s: save bool, int8…int64, uint8…uint64, float16, float32,"
                      .formatted(code)
                  + " float64 or fixed-width strings");
    };
  }

  static String code(ElementType type) {
    return switch (type) {
      case BOOL -> "|b1";
      case UINT8 -> "|u1";
      case UINT16 -> "<u2";
      case UINT32 -> "<u4";
      case UINT64 -> "<u8";
      case INT8 -> "|i1";
      case INT16 -> "<i2";
      case INT32 -> "<i4";
      case INT64 -> "<i8";
      case FLOAT16 -> "<f2";
      case FLOAT -> "<f4";
      case DOUBLE -> "<f8";
      default -> throw new IllegalArgumentException(type + " has no NumPy type");
    };
  }
}
