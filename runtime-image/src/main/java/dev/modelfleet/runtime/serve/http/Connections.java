package dev.modelfleet.runtime.serve.http;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.Http2ServerConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Open connections, so that those that send too slowly or nothing at all can be closed: a byte now
 * and then must not hold one for ever.
 */
public final class Connections {

  /** What a connection is doing. Written on its event loop, read by the sweep. */
  private static final class Activity {
    private final AtomicInteger requests = new AtomicInteger();
    private volatile boolean used;
    private volatile boolean last;
    private volatile long sinceNanos;

    private Activity(long now) {
      sinceNanos = now;
    }
  }

  private final HttpLimits limits;
  private final AcceptedSockets accepted;
  private final Map<HttpConnection, Activity> open = new ConcurrentHashMap<>();
  private volatile boolean leaving;

  /**
   * No connections.
   *
   * @param accepted sockets that may become some
   */
  public Connections(HttpLimits limits, AcceptedSockets accepted) {
    this.limits = limits;
    this.accepted = accepted;
  }

  /** Takes a new connection, or closes it at once where there are too many. */
  public void opened(HttpConnection connection) {
    accepted.identified(connection);
    if (open.size() >= limits.maxConnections()) {
      connection.close();
      return;
    }
    open.put(connection, new Activity(System.nanoTime()));
    connection.closeHandler(closed -> open.remove(connection));
  }

  /** A request's head has arrived. */
  public void requestStarted(HttpConnection connection) {
    Activity activity = open.get(connection);
    if (activity != null) {
      activity.used = true;
      activity.requests.incrementAndGet();
    }
  }

  /**
   * Whether the answer to a request that has started is to say that it is the last one of its
   * connection, which then closes after it: one that was not told so may be sent the next request
   * at any moment.
   */
  public boolean isLast(HttpConnection connection) {
    Activity activity = open.get(connection);
    if (activity == null || !leaving || isHttp2(connection)) {
      return false;
    }
    activity.last = true;
    return true;
  }

  /** A request has been answered. */
  public void requestEnded(HttpConnection connection) {
    Activity activity = open.get(connection);
    if (activity != null) {
      // In this order: the sweep must not see a connection without requests and an old time.
      activity.sinceNanos = System.nanoTime();
      int left = activity.requests.decrementAndGet();
      if (activity.last && left == 0) {
        connection.close();
      }
    }
  }

  /**
   * The answer to a request that comes from now on over HTTP/1.1 is the last one of its connection,
   * so that its client comes back by a new one, which its load balancer leads elsewhere.
   */
  public void leave() {
    leaving = true;
  }

  /**
   * Ends every connection once its requests are answered: HTTP/2 clients are told by GOAWAY, which
   * says of each call whether it is answered or to be sent again elsewhere.
   */
  public void end(Duration longest) {
    leave();
    open.forEach(
        (connection, activity) -> {
          if (isHttp2(connection)) {
            connection.shutdown(longest.toMillis());
          } else if (activity.used && activity.requests.get() == 0) {
            connection.close();
          }
        });
  }

  private static boolean isHttp2(HttpConnection connection) {
    return connection instanceof Http2ServerConnection;
  }

  /** Open connections. */
  public int count() {
    return open.size();
  }

  /** Closes every connection that has had no request for too long. */
  public void sweep(long nowNanos) {
    accepted.sweep(nowNanos, limits.firstRequestTimeout());
    open.forEach(
        (connection, activity) -> {
          var limit = activity.used ? limits.idleTimeout() : limits.firstRequestTimeout();
          if (activity.requests.get() == 0 && nowNanos - activity.sinceNanos > limit.toNanos()) {
            connection.close();
          }
        });
  }
}
