package dev.modelfleet.compression.dataset;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * An array that is made sample by sample in a temporary file, so that memory does not grow with the
 * data set. All samples are of one type and shape.
 */
final class ArrayFile implements Closeable {

  private final String name;
  private final int samples;
  private final FileChannel channel;
  private ElementType type;
  private long[] shape;
  private int written;

  /**
   * @param name of the array
   * @param samples how many will be added
   */
  ArrayFile(String name, int samples) {
    this.name = name;
    this.samples = samples;
    try {
      Path file = Files.createTempFile("modelfleet-data", ".npy");
      this.channel =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep data in a temporary file", e);
    }
  }

  /**
   * Adds a sample.
   *
   * @param from where it comes from, for messages
   * @param sample its values; the shape is that of one sample, without an axis for samples
   */
  void add(Path from, TensorData sample) {
    try {
      if (written == 0) {
        type = sample.type();
        shape = sample.shape();
        write(NpzWriter.header(NpyTypes.code(type), withSamples()));
      } else if (type != sample.type() || !Arrays.equals(shape, sample.shape())) {
        throw new CompressionException(
            FailureReason.DATASET_MISMATCH,
            "%s: sample %s is %s%s, those before are %s%s: all samples must be alike"
                .formatted(
                    from,
                    name,
                    sample.type().datatype(),
                    Arrays.toString(sample.shape()),
                    type.datatype(),
                    Arrays.toString(shape)));
      }
      write(sample.data());
      written++;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep data in a temporary file", e);
    }
  }

  private long[] withSamples() {
    long[] all = new long[shape.length + 1];
    all[0] = samples;
    System.arraycopy(shape, 0, all, 1, shape.length);
    return all;
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** The array over all samples; it stays readable until this is closed. */
  NpyArray array() {
    try {
      return NpyArray.of(
          name, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read data back", e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
