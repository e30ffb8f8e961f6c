package dev.modelfleet.compression.testing;

import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.dataset.NpzWriter;
import dev.modelfleet.compression.tensor.TensorData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Random;

/** Data sets of random values that fit a model's inputs. */
public final class RandomData {

  private RandomData() {}

  /** Writes and opens a data set; FP32 inputs are normally distributed, INT64 ones in [0, 100). */
  public static Dataset of(OnnxModel model, int samples, long seed, Path file) {
    Random random = new Random(seed);
    try (NpzWriter writer = new NpzWriter(file)) {
      for (VariantManifest.Tensor input : model.inputs()) {
        long[] shape = input.shape().stream().mapToLong(Long::longValue).toArray();
        shape[0] = samples;
        int size = (int) TensorData.elements(shape);
        if (input.datatype().equals("FP32")) {
          float[] values = new float[size];
          for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
          }
          writer.put(input.name(), TensorData.ofFloats(values, shape));
        } else {
          writer.put(input.name(), TensorData.ofLongs(random.longs(size, 0, 100).toArray(), shape));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Dataset.npz(file);
  }
}
