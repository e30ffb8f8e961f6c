package dev.modelfleet.compression.dataset;

import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes an {@code .npz} archive as {@code numpy.savez} does: uncompressed, little-endian, C order.
 * Equal arrays in equal order give equal bytes.
 */
public final class NpzWriter implements AutoCloseable {

  private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0);
  private static final Charset UTF_32LE = Charset.forName("UTF-32LE");

  private final ZipOutputStream zip;
  private final WritableByteChannel channel;

  /** Creates or replaces a file. */
  public NpzWriter(Path file) throws IOException {
    this.zip = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
    this.channel = Channels.newChannel(zip);
    zip.setMethod(ZipOutputStream.STORED);
  }

  /**
   * Adds an array.
   *
   * @param name without {@code .npy}; may hold slashes
   */
  public void put(String name, TensorData tensor) throws IOException {
    ByteBuffer values;
    String code;
    if (tensor.type() == ElementType.STRING) {
      int width =
          Math.max(1, tensor.strings().stream().mapToInt(NpzWriter::codePoints).max().orElse(1));
      code = "<U" + width;
      values = encode(tensor, width);
    } else {
      code = NpyTypes.code(tensor.type());
      values = tensor.data();
    }
    ByteBuffer header = header(code, tensor.shape());
    CRC32 crc = new CRC32();
    crc.update(header.duplicate());
    crc.update(values.duplicate());
    ZipEntry entry = new ZipEntry(name + ".npy");
    entry.setTimeLocal(EPOCH);
    entry.setCrc(crc.getValue());
    entry.setSize((long) header.remaining() + values.remaining());
    zip.putNextEntry(entry);
    channel.write(header);
    while (values.hasRemaining()) {
      channel.write(values);
    }
    zip.closeEntry();
  }

  private static int codePoints(String text) {
    return text.codePointCount(0, text.length());
  }

  private static ByteBuffer encode(TensorData tensor, int width) {
    ByteBuffer values = ByteBuffer.allocate(4 * width * tensor.size());
    for (int i = 0; i < tensor.size(); i++) {
      values.position(4 * width * i).put(tensor.strings().get(i).getBytes(UTF_32LE));
    }
    return values.rewind();
  }

  /** The header of an array: its type and shape. */
  static ByteBuffer header(String code, long[] shape) {
    String dimensions =
        Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
    String text =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }"
            .formatted(code, dimensions, shape.length == 1 ? "," : "");
    int padding = Math.floorMod(-(10 + text.length() + 1), 64);
    byte[] bytes = (text + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer header = ByteBuffer.allocate(10 + bytes.length).order(ByteOrder.LITTLE_ENDIAN);
    header
        .put((byte) 0x93)
        .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
        .put((byte) 1)
        .put((byte) 0);
    header.putShort((short) bytes.length).put(bytes);
    return header.flip();
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
