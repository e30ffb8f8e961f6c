package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.runtime.serve.protocol.InferRequest;

/**
 * A checked request that waits for its turn.
 *
 * @param request closed by whoever completes it
 * @param arrivedNanos {@link System#nanoTime} at which all of it had arrived
 * @param completion who waits
 */
record Pending(InferRequest request, long arrivedNanos, Completion completion) {

  boolean isExpired(long nowNanos) {
    return request.timeoutMicros() > 0 && nowNanos - arrivedNanos > request.timeoutMicros() * 1_000;
  }
}
