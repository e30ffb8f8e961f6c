package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.runtime.serve.protocol.InferRequest;
import dev.modelfleet.runtime.serve.protocol.Shape;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A checked request that waits for its turn.
 *
 * @param request closed by whoever completes it
 * @param arrivedNanos {@link System#nanoTime} at which all of it had arrived
 * @param completion who waits
 * @param timeoutMicros longest time that it may wait; 0 for any time
 * @param items size of its batch dimension; 1 where requests are not joined
 * @param itemShapes shapes of the model's inputs without that dimension: requests with equal ones
 *     can run together
 */
record Pending(
    InferRequest request,
    long arrivedNanos,
    Completion completion,
    long timeoutMicros,
    int items,
    List<Shape> itemShapes) {

  /** Whether it has waited longer than it may. */
  boolean isExpired(long nowNanos) {
    return remainingNanos(nowNanos) < 0;
  }

  /** How much longer it may wait; {@link Long#MAX_VALUE} where that has no limit. */
  long remainingNanos(long nowNanos) {
    return timeoutMicros > 0
        ? TimeUnit.MICROSECONDS.toNanos(timeoutMicros) - (nowNanos - arrivedNanos)
        : Long.MAX_VALUE;
  }
}
