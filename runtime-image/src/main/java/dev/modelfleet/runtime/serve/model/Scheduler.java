package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A bounded queue and the threads that work it off, one model's. After {@link #close} nothing is
 * taken any more and everything taken has been run.
 */
final class Scheduler implements AutoCloseable {

  private final int limit;
  private final RequestQueue queue;
  private final String name;
  private final ModelRunner runner;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicBoolean expiring = new AtomicBoolean();

  /**
   * Starts the threads.
   *
   * @param name of the model, for the threads' names
   * @param runner runs requests together
   */
  Scheduler(String name, ServingOptions options, ModelRunner runner) {
    this.name = name;
    this.limit = options.queueLimit();
    this.queue =
        new RequestQueue(limit, options.priorityLevels(), options.batching(), options.instances());
    this.runner = runner;
    for (int i = 0; i < options.instances(); i++) {
      threads.add(Thread.ofPlatform().name("infer-" + name + "-" + i).start(this::work));
    }
  }

  /**
   * Queues a request.
   *
   * @return false where the scheduler is closed and the request was not taken
   * @throws ProtocolException (overloaded) where the queue is full
   */
  boolean offer(Pending pending) {
    return switch (queue.offer(pending)) {
      case TAKEN -> {
        if (pending.timeoutMicros() > 0 && expiring.compareAndSet(false, true)) {
          Thread.ofPlatform().daemon().name("expire-" + name).start(this::expire);
        }
        yield true;
      }
      case CLOSED -> false;
      case FULL ->
          throw new ProtocolException(
              ErrorCode.OVERLOADED,
              "the model's queue is full (" + limit + " requests wait); try again later");
    };
  }

  /** Requests that wait. */
  int depth() {
    return queue.size();
  }

  private void work() {
    try {
      for (List<Pending> batch = queue.take(); !batch.isEmpty(); batch = queue.take()) {
        runner.run(batch);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Only where requests have time-outs: refuses those at their moment, not at their turn. */
  private void expire() {
    try {
      for (List<Pending> late = queue.takeExpired(); !late.isEmpty(); late = queue.takeExpired()) {
        late.forEach(runner::expire);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Refuses new requests, waits until the last one is answered. */
  @Override
  public void close() {
    queue.close();
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
