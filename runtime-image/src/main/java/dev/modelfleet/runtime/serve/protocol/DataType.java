package dev.modelfleet.runtime.serve.protocol;

/** Element type of a tensor, by the name that the Open Inference Protocol gives it. */
public enum DataType {
  BOOL(1),
  UINT8(1),
  UINT16(2),
  UINT32(4),
  UINT64(8),
  INT8(1),
  INT16(2),
  INT32(4),
  INT64(8),
  /** IEEE 754 half precision; has no JSON form. */
  FP16(2),
  FP32(4),
  FP64(8),
  /** The upper half of an FP32; has no JSON form. */
  BF16(2),
  /** Byte strings, each on the wire as its length (uint32, little-endian) and its bytes. */
  BYTES(0);

  private final int size;

  DataType(int size) {
    this.size = size;
  }

  /** Bytes of one element; 0 for {@link #BYTES}, whose elements vary. */
  public int size() {
    return size;
  }

  /** Whether elements can be written as JSON values. */
  public boolean hasJsonForm() {
    return this != FP16 && this != BF16;
  }

  /** The name in a Triton model configuration, for instance {@code TYPE_FP32}. */
  public String configName() {
    return this == BYTES ? "TYPE_STRING" : "TYPE_" + name();
  }

  /** The type of this name in a Triton model configuration, for instance {@code TYPE_FP32}. */
  public static DataType ofConfigName(String name) {
    return name.equals("TYPE_STRING") ? BYTES : of(name.replaceFirst("^TYPE_", ""));
  }

  /**
   * The type of this protocol name.
   *
   * @throws ProtocolException (invalid) where the protocol has no such type
   */
  public static DataType of(String name) {
    for (DataType type : values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    throw ProtocolException.invalid(
        "datatype '%s' is not one of the protocol's (BOOL, INT8…INT64, UINT8…UINT64, FP16, BF16, FP32, FP64, BYTES)",
        name);
  }
}
