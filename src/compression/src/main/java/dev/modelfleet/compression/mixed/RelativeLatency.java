package dev.modelfleet.compression.mixed;

import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.runtime.StoredModel;
import dev.modelfleet.compression.tensor.TensorData;
import java.util.Arrays;
import java.util.Map;

/**
 * Latency of a whole model beside another's, on this machine: latencies of layers measured alone do
 * not add up, as neighbours share what integers cost at their borders, or break a chain of them.
 */
final class RelativeLatency {

  private static final int WARM_UP = 3;
  private static final int RUNS = 31;

  private RelativeLatency() {}

  /**
   * Median latency of a variant over that of its original. Both run in turn, so that what else the
   * machine does meets both alike.
   *
   * @param data whose first sample they run on
   */
  static double of(OnnxModel original, OnnxModel variant, Dataset data) {
    Map<String, TensorData> sample = data.sample(0, original.inputs());
    try (StoredModel before = StoredModel.of(original);
        StoredModel after = StoredModel.of(variant);
        ModelSession first = ModelSession.open(before.file(), SessionOptions.cpu(0));
        ModelSession second = ModelSession.open(after.file(), SessionOptions.cpu(0))) {
      long[] old = new long[RUNS];
      long[] now = new long[RUNS];
      for (int i = -WARM_UP; i < RUNS; i++) {
        long firstNanos = nanos(first, sample);
        long secondNanos = nanos(second, sample);
        if (i >= 0) {
          old[i] = firstNanos;
          now[i] = secondNanos;
        }
      }
      Arrays.sort(old);
      Arrays.sort(now);
      return (double) now[RUNS / 2] / old[RUNS / 2];
    }
  }

  private static long nanos(ModelSession session, Map<String, TensorData> sample) {
    long start = System.nanoTime();
    session.run(sample);
    return System.nanoTime() - start;
  }
}
