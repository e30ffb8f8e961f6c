package dev.modelfleet.runtime.serve.http;

import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import java.util.concurrent.atomic.AtomicLong;

/** Bytes that all requests together may hold in memory. */
public final class BodyBudget {

  private final long limit;
  private final AtomicLong used = new AtomicLong();

  public BodyBudget(long limit) {
    this.limit = limit;
  }

  /**
   * Takes bytes.
   *
   * @throws ProtocolException (overloaded) where not enough are left; then nothing is taken
   */
  public void take(long bytes) {
    if (used.addAndGet(bytes) > limit) {
      used.addAndGet(-bytes);
      throw new ProtocolException(
          ErrorCode.OVERLOADED,
          "the server holds all the request data it may (" + limit + " bytes); try again later");
    }
  }

  /** Gives bytes back. */
  public void give(long bytes) {
    used.addAndGet(-bytes);
  }

  /** Bytes held. */
  public long used() {
    return used.get();
  }
}
