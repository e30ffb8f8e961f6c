package dev.modelfleet.compression.tensor;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;

/** Type of a tensor's elements: its number in ONNX, its name in the Open Inference Protocol. */
public enum ElementType {
  FLOAT(1, "FP32", 32),
  UINT8(2, "UINT8", 8),
  INT8(3, "INT8", 8),
  UINT16(4, "UINT16", 16),
  INT16(5, "INT16", 16),
  INT32(6, "INT32", 32),
  INT64(7, "INT64", 64),
  STRING(8, "BYTES", 0),
  BOOL(9, "BOOL", 8),
  FLOAT16(10, "FP16", 16),
  DOUBLE(11, "FP64", 64),
  UINT32(12, "UINT32", 32),
  UINT64(13, "UINT64", 64),
  COMPLEX64(14, "COMPLEX64", 64),
  COMPLEX128(15, "COMPLEX128", 128),
  BFLOAT16(16, "BF16", 16),
  FLOAT8E4M3FN(17, "FP8E4M3FN", 8),
  FLOAT8E4M3FNUZ(18, "FP8E4M3FNUZ", 8),
  FLOAT8E5M2(19, "FP8E5M2", 8),
  FLOAT8E5M2FNUZ(20, "FP8E5M2FNUZ", 8),
  UINT4(21, "UINT4", 4),
  INT4(22, "INT4", 4),
  FLOAT4E2M1(23, "FP4E2M1", 4),
  FLOAT8E8M0(24, "FP8E8M0", 8),
  UINT2(25, "UINT2", 2),
  INT2(26, "INT2", 2);

  private static final ElementType[] BY_CODE = new ElementType[27];

  static {
    for (ElementType type : values()) {
      BY_CODE[type.code] = type;
    }
  }

  private final int code;
  private final String datatype;
  private final int bits;

  ElementType(int code, String datatype, int bits) {
    this.code = code;
    this.datatype = datatype;
    this.bits = bits;
  }

  /** Number of the type in ONNX ({@code TensorProto.DataType}). */
  public int code() {
    return code;
  }

  /** Name of the type in the Open Inference Protocol where it has one, its ONNX name otherwise. */
  public String datatype() {
    return datatype;
  }

  /** Bits of one element; 0 for strings. */
  public int bits() {
    return bits;
  }

  /** Bytes of a packed tensor with so many elements. */
  public long bytes(long elements) {
    return Math.ceilDiv(Math.multiplyExact(elements, (long) bits), 8L);
  }

  /** Whether the type is a floating-point type that arithmetic operators compute in. */
  public boolean isFloat() {
    return this == FLOAT || this == FLOAT16 || this == DOUBLE || this == BFLOAT16;
  }

  /**
   * The type with this ONNX number.
   *
   * @throws CompressionException with INVALID_MODEL where there is none
   */
  public static ElementType ofCode(int code) {
    ElementType type = code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    if (type == null) {
      throw new CompressionException(
          FailureReason.INVALID_MODEL, "tensor element type " + code + " is not known to ONNX");
    }
    return type;
  }

  /**
   * The type with this Open Inference Protocol name.
   *
   * @throws IllegalArgumentException where there is none
   */
  public static ElementType ofDatatype(String datatype) {
    for (ElementType type : values()) {
      if (type.datatype.equals(datatype)) {
        return type;
      }
    }
    throw new IllegalArgumentException("datatype " + datatype + " is not known");
  }
}
