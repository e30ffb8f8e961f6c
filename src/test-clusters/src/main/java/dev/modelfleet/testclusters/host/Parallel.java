package dev.modelfleet.testclusters.host;

import dev.modelfleet.testclusters.ClusterException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs independent steps at the same time. */
public final class Parallel {
  private Parallel() {}

  /**
   * Runs all steps and returns when each has ended.
   *
   * @throws ClusterException the first failure, in the order of the list
   */
  public static void run(List<Runnable> steps) {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<? extends Future<?>> futures = steps.stream().map(executor::submit).toList();
      for (Future<?> future : futures) {
        join(future);
      }
    }
  }

  private static void join(Future<?> future) {
    try {
      future.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof ClusterException failure
          ? failure
          : new ClusterException("A step of the start failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterException("Interrupted while starting a cluster", e);
    }
  }
}
