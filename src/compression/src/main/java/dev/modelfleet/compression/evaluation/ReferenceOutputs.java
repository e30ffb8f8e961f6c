package dev.modelfleet.compression.evaluation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The original's output vectors, kept while variants are compared with them: small ones in memory,
 * what exceeds that in a temporary file, so that memory does not grow with the data set.
 */
final class ReferenceOutputs implements AutoCloseable {

  private static final long MAX_ON_HEAP_BYTES = 32L << 20;

  private final List<float[]> vectors = new ArrayList<>();
  private final List<long[]> spilled = new ArrayList<>();
  private long heapBytes;
  private FileChannel file;

  void add(float[] vector) {
    heapBytes += vector.length * 4L;
    if (file == null && heapBytes <= MAX_ON_HEAP_BYTES) {
      vectors.add(vector);
    } else {
      spill(vector);
    }
  }

  private void spill(float[] vector) {
    try {
      if (file == null) {
        Path path = Files.createTempFile("modelfleet-reference", ".bin");
        file =
            FileChannel.open(
                path,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
      }
      ByteBuffer bytes = buffer(vector.length);
      bytes.asFloatBuffer().put(vector);
      spilled.add(new long[] {file.position(), vector.length});
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep reference outputs in a temporary file", e);
    }
  }

  float[] get(int sample) {
    if (sample < vectors.size()) {
      return vectors.get(sample);
    }
    long[] place = spilled.get(sample - vectors.size());
    ByteBuffer bytes = buffer((int) place[1]);
    try {
      while (bytes.hasRemaining() && file.read(bytes, place[0] + bytes.position()) >= 0) {}
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read reference outputs back", e);
    }
    float[] vector = new float[(int) place[1]];
    bytes.flip().order(ByteOrder.nativeOrder()).asFloatBuffer().get(vector);
    return vector;
  }

  private static ByteBuffer buffer(int floats) {
    return ByteBuffer.allocate(4 * floats).order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
