package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.runtime.serve.metrics.ModelStatistics;
import dev.modelfleet.runtime.serve.protocol.InferRequest;
import dev.modelfleet.runtime.serve.protocol.ModelMetadata;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.RequestCheck;
import dev.modelfleet.runtime.serve.protocol.Shape;
import java.util.List;

/** One loaded version of a model with its queue and threads. */
public final class ServedModel implements AutoCloseable {

  private final OrtModel engine;
  private final ModelMetadata metadata;
  private final Origin origin;
  private final GoldenAgreement golden;
  private final ThreadChoice threads;
  private final ServingOptions options;
  private final ModelStatistics statistics = new ModelStatistics();
  private final ModelRunner runner;
  private final Scheduler scheduler;

  ServedModel(
      OrtModel engine,
      ModelMetadata metadata,
      Origin origin,
      GoldenAgreement golden,
      ThreadChoice threads) {
    this.engine = engine;
    this.threads = threads;
    this.metadata = metadata;
    this.origin = origin;
    this.golden = golden;
    this.options = origin.options();
    this.runner = new ModelRunner(engine, metadata, statistics, options);
    this.scheduler = new Scheduler(metadata.name(), options, runner);
  }

  public ModelMetadata metadata() {
    return metadata;
  }

  /** What it was loaded from. */
  public Origin origin() {
    return origin;
  }

  /** Of the replay before it served. */
  public GoldenAgreement golden() {
    return golden;
  }

  /** How many threads compute one inference, and why. */
  public ThreadChoice threads() {
    return threads;
  }

  /** The execution provider that runs it. */
  public String provider() {
    return engine.provider();
  }

  /** Why that is the fallback and not the declared one; empty where it is that. */
  public String fallbackReason() {
    return engine.fallbackReason();
  }

  public ServingOptions options() {
    return options;
  }

  public ModelStatistics statistics() {
    return statistics;
  }

  /** Requests that wait for their turn. */
  public int queueDepth() {
    return scheduler.depth();
  }

  /**
   * Takes a request over: it is answered through {@code completion} and closed in any case.
   *
   * @param arrivedNanos {@link System#nanoTime} at which all of it had arrived
   * @return false where this version is on its way out and did not take the request
   */
  boolean infer(InferRequest request, long arrivedNanos, Completion completion) {
    try {
      RequestCheck.check(request, metadata);
      if (options.finiteInputs()) {
        request.inputs().forEach(FiniteCheck::check);
      }
    } catch (ProtocolException e) {
      runner.fail(new Pending(request, arrivedNanos, completion, 0, 1, List.of()), e);
      return true;
    }
    Pending pending = pending(request, arrivedNanos, completion);
    try {
      return scheduler.offer(pending);
    } catch (ProtocolException e) {
      runner.fail(pending, e);
      return true;
    }
  }

  private Pending pending(InferRequest request, long arrivedNanos, Completion completion) {
    long timeout =
        request.timeoutMicros() > 0 ? request.timeoutMicros() : options.queueTimeoutMicros();
    if (metadata.maxBatchSize() == 0) {
      return new Pending(request, arrivedNanos, completion, timeout, 1, List.of());
    }
    List<Shape> shapes =
        metadata.inputs().stream()
            .map(input -> request.input(input.name()).shape().withBatch(1))
            .toList();
    int items = (int) request.inputs().getFirst().shape().dimension(0);
    return new Pending(request, arrivedNanos, completion, timeout, items, shapes);
  }

  /** Answers what was taken, then frees the engine. */
  @Override
  public void close() {
    scheduler.close();
    engine.close();
  }
}
