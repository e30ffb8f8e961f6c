package dev.modelfleet.operator.cluster.decide;

import dev.modelfleet.operator.cluster.decide.ClusterSighting.Missed;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * When a member cluster is looked at: every 30 s while it answers; while it does not, soon at first
 * and ever less often, up to a minute, and never all of them at one moment.
 *
 * @param cluster its UID, by which the moments of clusters differ
 * @param generation of the spec that was last looked at
 * @param next when it is due
 * @param failures without an answer in a row
 */
public record LookTimes(String cluster, long generation, Instant next, int failures) {

  private static final Duration USUAL = Duration.ofSeconds(30);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(6);
  private static final Duration LAST_RETRY = Duration.ofSeconds(60);
  private static final int MAX_DOUBLINGS = 4;
  private static final int JITTER_PERCENT = 20;

  /** A cluster that was not looked at with this spec. */
  public static LookTimes first(String cluster, long generation) {
    return new LookTimes(cluster, generation, Instant.EPOCH, 0);
  }

  /** Whether it is time to look. */
  public boolean due(Instant now) {
    return !now.isBefore(next);
  }

  /**
   * It is being looked at now.
   *
   * @param last what came of the look before
   */
  public LookTimes looked(ClusterSighting last, Instant now) {
    int count = last instanceof Missed ? failures + 1 : 0;
    Duration wait = count == 0 ? USUAL : retry(count);
    long percent =
        100 - JITTER_PERCENT + Math.floorMod(Objects.hash(cluster, now), 2L * JITTER_PERCENT + 1);
    return new LookTimes(
        cluster, generation, now.plus(wait.multipliedBy(percent).dividedBy(100)), count);
  }

  /** It did not answer elsewhere: it is looked at at once, if that was not just done. */
  public LookTimes soon(Instant now) {
    boolean later = next.isAfter(now.plus(FIRST_RETRY));
    return later ? new LookTimes(cluster, generation, now, failures) : this;
  }

  /** How long until it is due. */
  public Duration wait(Instant now) {
    Duration wait = Duration.between(now, next);
    return wait.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : wait;
  }

  private static Duration retry(int count) {
    Duration grown = FIRST_RETRY.multipliedBy(1L << Math.min(count - 1, MAX_DOUBLINGS));
    return grown.compareTo(LAST_RETRY) < 0 ? grown : LAST_RETRY;
  }
}
