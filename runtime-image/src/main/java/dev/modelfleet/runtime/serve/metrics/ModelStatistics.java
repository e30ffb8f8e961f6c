package dev.modelfleet.runtime.serve.metrics;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What one version of a model has done since it was loaded. Safe for many threads. */
public final class ModelStatistics {

  /** How often something happened and how long it took in all. */
  public static final class Timing {
    private final LongAdder count = new LongAdder();
    private final LongAdder nanos = new LongAdder();

    void add(long duration) {
      count.increment();
      nanos.add(duration);
    }

    public long count() {
      return count.sum();
    }

    public long nanos() {
      return nanos.sum();
    }
  }

  /**
   * Durations of one execution in nanoseconds.
   *
   * @param input from the queue to the engine's tensors
   * @param infer in the engine
   * @param output from the engine's tensors to the response
   */
  public record Execution(long input, long infer, long output) {}

  /** The durations of executions of one batch size. */
  public static final class Batch {
    public final Timing input = new Timing();
    public final Timing infer = new Timing();
    public final Timing output = new Timing();
  }

  public final Timing success = new Timing();
  public final Timing failure = new Timing();
  public final Timing queue = new Timing();
  public final Timing input = new Timing();
  public final Timing infer = new Timing();
  public final Timing output = new Timing();
  public final LongAdder inferences = new LongAdder();
  public final Histogram requestDurations = new Histogram();
  public final Histogram queueDurations = new Histogram();
  public final Histogram inferDurations = new Histogram();

  private final Map<Integer, Batch> batches = new ConcurrentSkipListMap<>();
  private final AtomicLong lastInferenceMillis = new AtomicLong();

  /** One run of the engine for {@code batchSize} inferences. */
  public void executed(int batchSize, Execution execution) {
    inferences.add(batchSize);
    inferDurations.record(execution.infer());
    Batch batch = batches.computeIfAbsent(batchSize, size -> new Batch());
    batch.input.add(execution.input());
    batch.infer.add(execution.infer());
    batch.output.add(execution.output());
    lastInferenceMillis.set(System.currentTimeMillis());
  }

  /** One request answered after {@code total}, of which {@code queued} before its execution. */
  public void succeeded(long total, long queued, Execution execution) {
    success.add(total);
    queue.add(queued);
    input.add(execution.input());
    infer.add(execution.infer());
    output.add(execution.output());
    requestDurations.record(total);
    queueDurations.record(queued);
  }

  /** One request that was refused or failed after {@code total} nanoseconds. */
  public void failed(long total) {
    failure.add(total);
  }

  /** Runs of the engine. */
  public long executions() {
    return batches.values().stream().mapToLong(batch -> batch.infer.count()).sum();
  }

  /** By batch size, smallest first. */
  public Map<Integer, Batch> batches() {
    return batches;
  }

  /** Milliseconds since the epoch; 0 where there was none. */
  public long lastInferenceMillis() {
    return lastInferenceMillis.get();
  }
}
