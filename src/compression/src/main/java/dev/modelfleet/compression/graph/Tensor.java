package dev.modelfleet.compression.graph;

import com.google.protobuf.ByteString;
import dev.modelfleet.compression.onnx.TensorProto;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A constant of a graph: little-endian bytes in row-major order as ONNX stores them, wherever they
 * are: in the memory-mapped model file, in external data or in own memory. Immutable.
 */
public final class Tensor {

  /** Engines look at the values of smaller tensors, such as shapes, when they load a model. */
  private static final long LARGE_BYTES = 1024;

  private static final ValueLayout.OfFloat FLOATS =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final ElementType type;
  private final long[] shape;
  private final MemorySegment data;
  private final List<ByteString> strings;
  private final MappedFile file;

  private Tensor(
      ElementType type,
      long[] shape,
      MemorySegment data,
      List<ByteString> strings,
      MappedFile file) {
    this.type = type;
    this.shape = shape;
    this.data = data;
    this.strings = strings;
    this.file = file;
  }

  /**
   * A tensor over existing memory, which must not change afterwards.
   *
   * @throws IllegalArgumentException where the number of bytes does not fit type and shape
   */
  public static Tensor of(ElementType type, long[] shape, MemorySegment data) {
    return of(type, shape, data, null);
  }

  /**
   * As {@link #of(ElementType, long[], MemorySegment)}.
   *
   * @param file of whose memory the data is a part; null for other memory
   */
  static Tensor of(ElementType type, long[] shape, MemorySegment data, MappedFile file) {
    long expected = type.bytes(TensorData.elements(shape));
    if (data.byteSize() != expected) {
      throw new IllegalArgumentException(
          "%s%s takes %d bytes, not %d"
              .formatted(type, Arrays.toString(shape), expected, data.byteSize()));
    }
    return new Tensor(type, shape.clone(), data, List.of(), file);
  }

  /** A tensor of strings. */
  public static Tensor ofStrings(long[] shape, List<ByteString> strings) {
    return new Tensor(ElementType.STRING, shape.clone(), null, List.copyOf(strings), null);
  }

  /** A copy of numbers that came out of a model. */
  public static Tensor of(TensorData values) {
    if (values.type() == ElementType.STRING) {
      return ofStrings(
          values.shape(), values.strings().stream().map(ByteString::copyFromUtf8).toList());
    }
    MemorySegment source = MemorySegment.ofBuffer(values.data());
    // The engine takes weights from outside the heap only.
    return of(values.type(), values.shape(), allocate(source.byteSize()).copyFrom(source));
  }

  /** FLOAT values. */
  public static Tensor ofFloats(float[] values, long... shape) {
    MemorySegment data = allocate(values.length * 4L);
    MemorySegment.copy(values, 0, data, FLOATS, 0, values.length);
    return of(ElementType.FLOAT, shape, data);
  }

  /** INT64 values. */
  public static Tensor ofLongs(long[] values, long... shape) {
    MemorySegment data = allocate(values.length * 8L);
    MemorySegment.copy(
        values,
        0,
        data,
        ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
        0,
        values.length);
    return of(ElementType.INT64, shape, data);
  }

  /** INT32 values. */
  public static Tensor ofInts(int[] values, long... shape) {
    MemorySegment data = allocate(values.length * 4L);
    MemorySegment.copy(
        values,
        0,
        data,
        ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
        0,
        values.length);
    return of(ElementType.INT32, shape, data);
  }

  /** Little-endian bytes of values of the given type. */
  public static Tensor ofBytes(ElementType type, byte[] values, long... shape) {
    return of(type, shape, MemorySegment.ofArray(values));
  }

  /** Zeroed memory outside the heap, released with the last reference to it. */
  public static MemorySegment allocate(long bytes) {
    return Arena.ofAuto().allocate(Math.max(bytes, 1), 64).asSlice(0, bytes);
  }

  /** Type of the elements. */
  public ElementType type() {
    return type;
  }

  /** Size of each axis. */
  public long[] shape() {
    return shape.clone();
  }

  /** Number of axes. */
  public int rank() {
    return shape.length;
  }

  /** Size of an axis; a negative one counts from the end. */
  public long dimension(int axis) {
    return shape[axis < 0 ? axis + shape.length : axis];
  }

  /** Number of elements. */
  public long size() {
    return TensorData.elements(shape);
  }

  /** Number of bytes in the file. */
  public long byteSize() {
    return data == null ? strings.stream().mapToLong(ByteString::size).sum() : data.byteSize();
  }

  /** The bytes. */
  public MemorySegment data() {
    return data;
  }

  /** Strings of a STRING tensor. */
  public List<ByteString> strings() {
    return strings;
  }

  /** The same values under another shape with as many elements. */
  public Tensor reshaped(long... newShape) {
    return data == null ? ofStrings(newShape, strings) : of(type, newShape, data, file);
  }

  /**
   * Some FLOAT values in row-major order.
   *
   * @param from first element
   * @param target is filled with the elements from there
   */
  public void copyFloats(long from, float[] target) {
    MemorySegment.copy(data, FLOATS, from * 4, target, 0, target.length);
  }

  /** All values of a FLOAT tensor; at most 2^31 elements. */
  public float[] floats() {
    float[] values = new float[Math.toIntExact(size())];
    copyFloats(0, values);
    return values;
  }

  /** All values of any numeric type of at least 8 bits as floating point. */
  public float[] toFloats() {
    return type == ElementType.FLOAT ? floats() : asTensorData().toFloats();
  }

  /** All values of an integer tensor. */
  public long[] toLongs() {
    return asTensorData().toLongs();
  }

  /** The same values for a run of the engine; at most 2 GiB. */
  public TensorData asTensorData() {
    if (data == null) {
      return TensorData.ofStrings(shape, strings.stream().map(ByteString::toStringUtf8).toList());
    }
    ByteBuffer buffer = data.asByteBuffer();
    return TensorData.of(type, shape, buffer);
  }

  /**
   * Lets the operating system take back the memory of values that are read from a mapped file; they
   * come back when they are read again.
   */
  public void release() {
    if (data != null && data.isMapped()) {
      data.unload();
    }
  }

  /** The directory of the file that holds the bytes as they are; none for other memory. */
  public Optional<Path> directory() {
    return Optional.ofNullable(file)
        .filter(MappedFile::isUnchanged)
        .map(mapped -> mapped.path().getParent());
  }

  /** Where the bytes are in their {@link #directory}, in ONNX's form for external data. */
  TensorProto external(String name) {
    return GraphParts.external(name, this, file.path().getFileName().toString(), file.offset(data));
  }

  /** Whether a model file of unlimited size would hold this tensor in a file of its own. */
  public boolean isLarge() {
    return data != null && data.byteSize() >= LARGE_BYTES;
  }

  /** Whether type, shape and bytes are equal. */
  public boolean sameAs(Tensor other) {
    return type == other.type
        && Arrays.equals(shape, other.shape)
        && (data == null ? strings.equals(other.strings) : data.mismatch(other.data) < 0);
  }

  @Override
  public String toString() {
    return type + Arrays.toString(shape);
  }
}
