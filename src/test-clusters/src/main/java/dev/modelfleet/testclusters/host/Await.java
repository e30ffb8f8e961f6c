package dev.modelfleet.testclusters.host;

import dev.modelfleet.testclusters.ClusterException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Waits for a condition of another process that offers no notification, looking at it every 50 ms.
 */
public final class Await {
  private static final Duration INTERVAL = Duration.ofMillis(50);

  private Await() {}

  /**
   * Returns as soon as {@code condition} holds.
   *
   * @param what the condition in words, for the message of the failure
   * @throws ClusterException when it does not hold within {@code limit}
   */
  public static void until(String what, Duration limit, BooleanSupplier condition) {
    until(what, limit, condition, () -> "");
  }

  /**
   * As {@link #until(String, Duration, BooleanSupplier)}, with {@code detail} added to the
   * failure's message.
   */
  public static void until(
      String what, Duration limit, BooleanSupplier condition, Supplier<String> detail) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new ClusterException(
            "Waited %d s in vain until %s%s".formatted(limit.toSeconds(), what, detail.get()));
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new ClusterException("Interrupted while waiting until " + what);
      }
      LockSupport.parkNanos(INTERVAL.toNanos());
    }
  }
}
