package dev.modelfleet.runtime.serve.http;

import io.netty.handler.flush.FlushConsolidationHandler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Joins what one turn of the event loop writes to a connection to one system call. Without it,
 * Vert.x flushes the data and the trailers of a gRPC answer on their own, and the answers of
 * several streams one by one: each wakes the client.
 */
public final class FlushJoining {

  private static final int MOST_FLUSHES = 64;

  private FlushJoining() {}

  /** Begins to join, on a new connection's event loop. */
  public static void on(HttpConnection connection) {
    if (connection instanceof ConnectionBase netty) {
      netty
          .channelHandlerContext()
          .pipeline()
          .addFirst(new FlushConsolidationHandler(MOST_FLUSHES, true));
    }
  }
}
