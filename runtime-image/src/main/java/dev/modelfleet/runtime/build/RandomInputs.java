package dev.modelfleet.runtime.build;

import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.compression.dataset.NpzWriter;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Inputs for models that come without data: values of the right types and shapes that any model can
 * take. Floats are normally distributed; integers are 0 or 1, as they may be indices or masks.
 */
final class RandomInputs {

  /** Size of a dimension that the model leaves open. */
  private static final int OPEN_DIMENSION = 16;

  private final Random random;
  private final int samples;

  private RandomInputs(long seed, int samples) {
    this.random = new Random(seed);
    this.samples = samples;
  }

  /** Writes an {@code .npz} with one array for each input; equal arguments give equal bytes. */
  static void write(List<VariantManifest.Tensor> inputs, long seed, int samples, Path file) {
    RandomInputs values = new RandomInputs(seed, samples);
    try (NpzWriter writer = new NpzWriter(file)) {
      for (VariantManifest.Tensor input : inputs) {
        writer.put(input.name(), values.of(input));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  private TensorData of(VariantManifest.Tensor input) {
    long[] shape = shape(input.shape());
    ElementType type = ElementType.ofDatatype(input.datatype());
    int count = Math.toIntExact(TensorData.elements(shape));
    if (type == ElementType.STRING) {
      return TensorData.ofStrings(shape, Collections.nCopies(count, "a"));
    }
    ByteBuffer data =
        ByteBuffer.allocate(Math.toIntExact(type.bytes(count))).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      put(data, type);
    }
    return TensorData.of(type, shape, data.flip());
  }

  private void put(ByteBuffer data, ElementType type) {
    switch (type) {
      case FLOAT -> data.putFloat((float) random.nextGaussian());
      case DOUBLE -> data.putDouble(random.nextGaussian());
      case FLOAT16 -> data.putShort(Float.floatToFloat16((float) random.nextGaussian()));
      case BFLOAT16 ->
          data.putShort((short) (Float.floatToIntBits((float) random.nextGaussian()) >>> 16));
      default -> {
        long value = random.nextInt(2);
        for (int i = 0; i < type.bytes(1); i++) {
          data.put((byte) (i == 0 ? value : 0));
        }
      }
    }
  }

  /** The sample axis takes the place of a batch axis, else it is put in front. */
  private long[] shape(List<Long> declared) {
    boolean batch = !declared.isEmpty() && (declared.getFirst() < 0 || declared.getFirst() == 1);
    List<Long> rest = batch ? declared.subList(1, declared.size()) : declared;
    long[] shape = new long[rest.size() + 1];
    shape[0] = samples;
    for (int i = 0; i < rest.size(); i++) {
      shape[i + 1] = rest.get(i) < 0 ? OPEN_DIMENSION : rest.get(i);
    }
    return shape;
  }
}
