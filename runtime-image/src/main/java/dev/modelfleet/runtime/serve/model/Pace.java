package dev.modelfleet.runtime.serve.model;

import ai.onnxruntime.OrtException;
import dev.modelfleet.runtime.serve.protocol.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;

/**
 * How fast a session runs.
 *
 * @param millis of one inference while nothing else runs, the median
 * @param slowestMillis the slowest of those
 * @param perSecond inferences while all callers ask
 */
record Pace(double millis, double slowestMillis, double perSecond) {

  /** A share of a second's disturbance spoils one round, hardly two. */
  private static final int ROUNDS = 2;

  private static final long ROUND_NANOS = 20_000_000L;
  private static final int LEAST_RUNS = 3;
  private static final int MOST_RUNS = 1_000;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  /**
   * Measures a warm session for some {@value #ROUNDS} times 40 ms, longer where so few milliseconds
   * are not {@value #LEAST_RUNS} inferences; of the rounds the best, since disturbances only slow.
   *
   * @param samples inputs to run in turn
   * @param wanted names of outputs
   * @param callers that run at the same time
   */
  static Pace measure(OrtModel engine, List<List<Tensor>> samples, List<String> wanted, int callers)
      throws OrtException {
    Pace best = new Pace(Double.MAX_VALUE, Double.MAX_VALUE, 0);
    ThreadFactory named = Thread.ofPlatform().name("pace-", 0).factory();
    try (var threads = Executors.newFixedThreadPool(callers, named)) {
      for (int round = 0; round < ROUNDS; round++) {
        long[] alone = run(engine, samples, wanted);
        Arrays.sort(alone);
        long start = System.nanoTime();
        List<Future<long[]>> together = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
          together.add(threads.submit(() -> run(engine, samples, wanted)));
        }
        int runs = 0;
        for (Future<long[]> caller : together) {
          runs += await(caller).length;
        }
        best =
            new Pace(
                Math.min(best.millis, alone[alone.length / 2] / NANOS_PER_MILLI),
                Math.min(best.slowestMillis, alone[alone.length - 1] / NANOS_PER_MILLI),
                Math.max(best.perSecond, runs * NANOS_PER_SECOND / (System.nanoTime() - start)));
      }
    }
    return best;
  }

  private static long[] await(Future<long[]> caller) throws OrtException {
    try {
      return caller.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof OrtException failed) {
        throw failed;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring", e);
    }
  }

  /** The nanoseconds of each run of a round. */
  private static long[] run(OrtModel engine, List<List<Tensor>> samples, List<String> wanted)
      throws OrtException {
    long[] nanos = new long[MOST_RUNS];
    int runs = 0;
    long end = System.nanoTime() + ROUND_NANOS;
    for (long now = System.nanoTime(); runs < LEAST_RUNS || (runs < MOST_RUNS && now < end); ) {
      engine.run(samples.get(runs % samples.size()), wanted).outputs().forEach(Tensor::release);
      long done = System.nanoTime();
      nanos[runs++] = done - now;
      now = done;
    }
    return Arrays.copyOf(nanos, runs);
  }
}
