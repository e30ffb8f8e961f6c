package dev.modelfleet.operator.member;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads on which member clusters are worked on: so many at once and no more, and none of the
 * hub's own, so that clusters that do not answer hold up nothing else.
 */
public final class MemberThreads implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MemberThreads.class);
  private static final int AT_ONCE = 32;

  private final Semaphore permits = new Semaphore(AT_ONCE);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().daemon().name("member-timer").unstarted(task));

  /** The threads themselves, for clients whose callbacks need some. */
  public ExecutorService executor() {
    return threads;
  }

  /** Runs a task as soon as one of the permitted threads is free. */
  public void run(Runnable task) {
    try {
      threads.execute(() -> permitted(task));
    } catch (RejectedExecutionException e) {
      LOG.debug("a task came after the end", e);
    }
  }

  /** Runs a task later. */
  public void later(Duration delay, Runnable task) {
    try {
      timer.schedule(() -> run(task), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("a task came after the end", e);
    }
  }

  private void permitted(Runnable task) {
    try {
      permits.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    try {
      task.run();
    } catch (IllegalStateException e) {
      if (!threads.isShutdown()) {
        throw e;
      }
      LOG.debug("a task was overtaken by the end", e);
    } finally {
      permits.release();
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
    threads.shutdownNow();
  }
}
