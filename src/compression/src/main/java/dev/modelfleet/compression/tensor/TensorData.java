package dev.modelfleet.compression.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Values that go into a model or come out of it: little-endian bytes in row-major order, or strings
 * for type STRING. The shape and the bytes must not be changed by the receiver.
 */
public final class TensorData {

  private final ElementType type;
  private final long[] shape;
  private final ByteBuffer data;
  private final List<String> strings;

  private TensorData(ElementType type, long[] shape, ByteBuffer data, List<String> strings) {
    this.type = type;
    this.shape = shape;
    this.data = data;
    this.strings = strings;
  }

  /**
   * Numbers.
   *
   * @param type any type but STRING
   * @param shape without unknown dimensions
   * @param data exactly the tensor's bytes, from the buffer's position to its limit; a direct
   *     buffer reaches the engine without a copy
   * @throws IllegalArgumentException where the number of bytes does not fit type and shape
   */
  public static TensorData of(ElementType type, long[] shape, ByteBuffer data) {
    long expected = type.bytes(elements(shape));
    if (type == ElementType.STRING || data.remaining() != expected) {
      throw new IllegalArgumentException(
          "%s%s takes %d bytes, not %d"
              .formatted(type.datatype(), Arrays.toString(shape), expected, data.remaining()));
    }
    return new TensorData(
        type, shape.clone(), data.slice().order(ByteOrder.LITTLE_ENDIAN), List.of());
  }

  /** Strings in row-major order. */
  public static TensorData ofStrings(long[] shape, List<String> strings) {
    if (strings.size() != elements(shape)) {
      throw new IllegalArgumentException(
          "BYTES%s takes %d strings, not %d"
              .formatted(Arrays.toString(shape), elements(shape), strings.size()));
    }
    return new TensorData(ElementType.STRING, shape.clone(), null, List.copyOf(strings));
  }

  /** A new FP32 tensor in a direct buffer. */
  public static TensorData ofFloats(float[] values, long... shape) {
    ByteBuffer buffer = direct(values.length * (long) Float.BYTES);
    buffer.asFloatBuffer().put(values);
    return of(ElementType.FLOAT, shape, buffer);
  }

  /** A new INT64 tensor in a direct buffer. */
  public static TensorData ofLongs(long[] values, long... shape) {
    ByteBuffer buffer = direct(values.length * (long) Long.BYTES);
    buffer.asLongBuffer().put(values);
    return of(ElementType.INT64, shape, buffer);
  }

  /** An empty little-endian buffer outside the heap. */
  public static ByteBuffer direct(long bytes) {
    return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Number of elements of a shape; 1 for a scalar. */
  public static long elements(long[] shape) {
    long elements = 1;
    for (long dimension : shape) {
      elements = Math.multiplyExact(elements, dimension);
    }
    return elements;
  }

  /** Type of the elements. */
  public ElementType type() {
    return type;
  }

  /** Size of each axis. */
  public long[] shape() {
    return shape.clone();
  }

  /** Number of elements. */
  public int size() {
    return Math.toIntExact(elements(shape));
  }

  /** The bytes, little-endian, from position 0 to the limit; each call gives an own position. */
  public ByteBuffer data() {
    if (data == null) {
      throw new IllegalStateException("a BYTES tensor holds strings, not bytes");
    }
    return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The strings of a tensor of type STRING, empty otherwise. */
  public List<String> strings() {
    return strings;
  }

  /** UTF-8 bytes of each string. */
  public List<byte[]> stringBytes() {
    return strings.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
  }

  /** All values as floating point, whatever the numeric type; BOOL gives 0 and 1. */
  public float[] toFloats() {
    float[] values = new float[size()];
    if (type == ElementType.FLOAT) {
      data().asFloatBuffer().get(values);
      return values;
    }
    ByteBuffer bytes = data();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Scalars.read(type, bytes, i);
    }
    return values;
  }

  /** FP32 values rounded to FP16. */
  public TensorData toHalf() {
    ByteBuffer halves = direct(2L * size());
    for (float value : toFloats()) {
      halves.putShort(Float.floatToFloat16(value));
    }
    return of(ElementType.FLOAT16, shape, halves.flip());
  }

  /** All values as integers; floating-point values are truncated. */
  public long[] toLongs() {
    ByteBuffer bytes = data();
    long[] values = new long[size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = Scalars.readLong(type, bytes, i);
    }
    return values;
  }

  @Override
  public String toString() {
    return type.datatype() + Arrays.toString(shape);
  }
}
