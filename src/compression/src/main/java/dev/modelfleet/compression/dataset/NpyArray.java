package dev.modelfleet.compression.dataset;

import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One array of a data set; its values stay in the file (memory-mapped) until they are asked for.
 */
public final class NpyArray {

  private static final Charset UTF_32LE = Charset.forName("UTF-32LE");

  private final String name;
  private final NpyHeader header;
  private final MemorySegment values;

  private NpyArray(String name, NpyHeader header, MemorySegment values) {
    this.name = name;
    this.header = header;
    this.values = values;
  }

  /**
   * Reads the header of an {@code .npy} file.
   *
   * @param name for messages
   * @param file the whole file
   * @throws dev.modelfleet.compression.CompressionException with DATASET_MISMATCH where the array
   *     is damaged or of an unsupported form
   */
  static NpyArray of(String name, MemorySegment file) {
    NpyHeader header = NpyHeader.parse(name, file);
    long bytes;
    try {
      bytes = Math.multiplyExact(header.elements(), (long) header.itemBytes());
    } catch (ArithmeticException e) {
      throw NpyHeader.mismatch(name, "is larger than any file");
    }
    if (file.byteSize() - header.dataOffset() < bytes) {
      throw NpyHeader.mismatch(
          name,
          "is truncated: its shape %s takes %d bytes, the file holds %d"
              .formatted(
                  Arrays.toString(header.shape()), bytes, file.byteSize() - header.dataOffset()));
    }
    return new NpyArray(name, header, file.asSlice(header.dataOffset(), bytes));
  }

  /** Name in the archive, without {@code .npy}. */
  public String name() {
    return name;
  }

  /** Type of the elements. */
  public ElementType type() {
    return header.type();
  }

  /** Size of each axis. */
  public long[] shape() {
    return header.shape().clone();
  }

  /** Number of axes. */
  public int rank() {
    return header.shape().length;
  }

  /**
   * Values at one index of the first axis.
   *
   * @param index from 0
   * @param keepAxis whether the result has a first axis of size 1 or starts with the second axis
   */
  public TensorData slice(int index, boolean keepAxis) {
    long[] shape = header.shape();
    long[] rest = Arrays.copyOfRange(shape, 1, shape.length);
    long items = TensorData.elements(rest);
    if (keepAxis) {
      rest = shape.clone();
      rest[0] = 1;
    }
    return read(
        rest, values.asSlice(index * items * header.itemBytes(), items * header.itemBytes()));
  }

  /** All values. */
  public TensorData all() {
    return read(header.shape(), values);
  }

  private TensorData read(long[] shape, MemorySegment source) {
    if (header.type() == ElementType.STRING) {
      return TensorData.ofStrings(shape, strings(source));
    }
    // Copied, because engines want aligned memory and archives do not align their entries.
    ByteBuffer buffer = TensorData.direct(source.byteSize());
    MemorySegment.ofBuffer(buffer).copyFrom(source);
    return TensorData.of(header.type(), shape, buffer);
  }

  private List<String> strings(MemorySegment source) {
    List<String> strings = new ArrayList<>();
    Charset charset = header.unicode() ? UTF_32LE : StandardCharsets.UTF_8;
    int width = header.itemBytes();
    for (long at = 0; width > 0 && at < source.byteSize(); at += width) {
      byte[] bytes = source.asSlice(at, width).toArray(ValueLayout.JAVA_BYTE);
      strings.add(new String(bytes, charset).replaceAll("\0+$", ""));
    }
    while (width == 0 && strings.size() < header.elements()) {
      strings.add("");
    }
    return strings;
  }
}
