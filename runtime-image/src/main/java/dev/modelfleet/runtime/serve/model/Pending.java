package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.runtime.serve.protocol.InferRequest;
import dev.modelfleet.runtime.serve.protocol.Shape;
import java.util.List;

/**
 * A checked request that waits for its turn.
 *
 * @param request closed by whoever completes it
 * @param arrivedNanos {@link System#nanoTime} at which all of it had arrived
 * @param completion who waits
 * @param items size of its batch dimension; 1 where requests are not joined
 * @param itemShapes shapes of the model's inputs without that dimension: requests with equal ones
 *     can run together
 */
record Pending(
    InferRequest request,
    long arrivedNanos,
    Completion completion,
    int items,
    List<Shape> itemShapes) {

  boolean isExpired(long nowNanos, long defaultTimeoutMicros) {
    long timeout = request.timeoutMicros() > 0 ? request.timeoutMicros() : defaultTimeoutMicros;
    return timeout > 0 && nowNanos - arrivedNanos > timeout * 1_000;
  }
}
