package dev.modelfleet.compression.runtime;

import dev.modelfleet.artifact.Latency;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.tensor.TensorData;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Measures how long one inference at batch 1 takes. */
public final class Benchmark {

  /** So many samples are held in memory; more are run in turn from the start. */
  private static final int MAX_SAMPLES = 64;

  private Benchmark() {}

  /**
   * Loads a model on the CPU and measures it.
   *
   * @param model path of the model file
   * @param inputs samples, used in turn
   * @param warmup inferences that are not timed
   * @param iterations inferences that are timed, at least 1
   * @param threads threads of one inference; 0 takes all processors
   */
  public static Latency latency(
      Path model, Dataset inputs, int warmup, int iterations, int threads) {
    try (ModelSession session = ModelSession.open(model, SessionOptions.cpu(threads))) {
      return latency(session, inputs, warmup, iterations);
    }
  }

  /** Measures a model that is loaded already. */
  public static Latency latency(ModelSession session, Dataset inputs, int warmup, int iterations) {
    inputs.checkAgainst(session.inputs());
    List<Map<String, TensorData>> samples = samples(session, inputs);
    for (int i = 0; i < warmup; i++) {
      session.run(samples.get(i % samples.size()));
    }
    long[] nanos = new long[Math.max(1, iterations)];
    for (int i = 0; i < nanos.length; i++) {
      long start = System.nanoTime();
      session.run(samples.get(i % samples.size()));
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    return new Latency(
        percentile(nanos, 0.50), percentile(nanos, 0.90), percentile(nanos, 0.99), nanos.length);
  }

  /**
   * Runs a model that is loaded already over and over.
   *
   * @param atLeast how long
   * @return inferences that were run
   */
  public static int repeat(ModelSession session, Dataset inputs, Duration atLeast) {
    inputs.checkAgainst(session.inputs());
    List<Map<String, TensorData>> samples = samples(session, inputs);
    long end = System.nanoTime() + atLeast.toNanos();
    int count = 0;
    do {
      session.run(samples.get(count % samples.size()));
      count++;
    } while (System.nanoTime() - end < 0);
    return count;
  }

  private static List<Map<String, TensorData>> samples(ModelSession session, Dataset inputs) {
    int count = Math.min(MAX_SAMPLES, inputs.samples(session.inputs()));
    List<Map<String, TensorData>> samples = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      samples.add(inputs.sample(i, session.inputs()));
    }
    return samples;
  }

  /** Nearest-rank percentile in milliseconds. */
  static double percentile(long[] sortedNanos, double fraction) {
    int rank = (int) Math.ceil(fraction * sortedNanos.length);
    return sortedNanos[Math.max(0, rank - 1)] / 1e6;
  }
}
