package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;

/**
 * A bounded queue and the threads that work it off, one model's. After {@link #close} nothing is
 * taken any more and everything taken has been run.
 */
final class Scheduler implements AutoCloseable {

  private static final long IDLE_CHECK_MILLIS = 500;

  private final int limit;
  private final BlockingQueue<Pending> queue;
  private final Consumer<Pending> runner;
  private final List<Thread> threads = new ArrayList<>();
  private final ReadWriteLock closing = new ReentrantReadWriteLock();
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Starts the threads.
   *
   * @param instances requests that run at the same time
   * @param limit requests that may wait
   * @param runner runs one request; must not throw
   */
  Scheduler(String name, int instances, int limit, Consumer<Pending> runner) {
    this.limit = limit;
    this.queue = new ArrayBlockingQueue<>(limit);
    this.runner = runner;
    for (int i = 0; i < instances; i++) {
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
    closing.readLock().lock();
    try {
      if (closed.get()) {
        return false;
      }
      if (!queue.offer(pending)) {
        throw new ProtocolException(
            ErrorCode.OVERLOADED,
            "the model's queue is full (" + limit + " requests wait); try again later");
      }
      return true;
    } finally {
      closing.readLock().unlock();
    }
  }

  /** Requests that wait. */
  int depth() {
    return queue.size();
  }

  private void work() {
    try {
      while (true) {
        Pending next = queue.poll(IDLE_CHECK_MILLIS, TimeUnit.MILLISECONDS);
        if (next != null) {
          runner.accept(next);
        } else if (closed.get()) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Refuses new requests, waits until the last one is answered. */
  @Override
  public void close() {
    closing.writeLock().lock();
    closed.set(true);
    closing.writeLock().unlock();
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
