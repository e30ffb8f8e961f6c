package dev.modelfleet.runtime.serve.http;

import java.time.Duration;

/**
 * What one client can take from the others.
 *
 * @param maxBodyBytes largest body, after decompression
 * @param maxInFlightBytes bodies of all requests together
 * @param maxConnections open connections
 * @param bodyTimeout time in which all of a request's body must arrive
 * @param firstRequestTimeout time in which a new connection must send its first request's head
 * @param idleTimeout time after which a connection without a request is closed
 */
public record HttpLimits(
    long maxBodyBytes,
    long maxInFlightBytes,
    int maxConnections,
    Duration bodyTimeout,
    Duration firstRequestTimeout,
    Duration idleTimeout) {

  /** Limits for a server that trusts its network but not every client's health. */
  public static final HttpLimits DEFAULT =
      new HttpLimits(
          64L << 20,
          256L << 20,
          1024,
          Duration.ofSeconds(30),
          Duration.ofSeconds(15),
          Duration.ofMinutes(5));
}
