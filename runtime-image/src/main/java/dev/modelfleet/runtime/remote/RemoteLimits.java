package dev.modelfleet.runtime.remote;

import java.time.Duration;

/**
 * How long a remote side is waited for and how often it is asked again.
 *
 * @param connect longest wait for a connection
 * @param answer longest wait for the head of an answer
 * @param idle longest pause within the body of an answer
 * @param attempts how often a request is sent in all, where trying again can help
 * @param firstPause pause before the second attempt; doubled for each further one
 */
public record RemoteLimits(
    Duration connect, Duration answer, Duration idle, int attempts, Duration firstPause) {

  /**
   * Waits that suit registries on the internet: about a minute until one that hangs is given up.
   */
  public static final RemoteLimits DEFAULT =
      new RemoteLimits(
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          Duration.ofSeconds(30),
          3,
          Duration.ofMillis(500));

  /** Pause before the attempt after {@code attempt} (counted from 1). */
  Duration pauseAfter(int attempt) {
    return firstPause.multipliedBy(1L << Math.min(attempt - 1, 6));
  }
}
