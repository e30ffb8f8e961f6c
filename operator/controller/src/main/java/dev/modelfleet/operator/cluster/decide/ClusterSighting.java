package dev.modelfleet.operator.cluster.decide;

import java.time.Instant;

/** What came of the last attempt to reach a member cluster. */
public sealed interface ClusterSighting {

  /** It has not been tried yet. */
  record NotYet() implements ClusterSighting {}

  /**
   * The API server answered.
   *
   * @param version for instance {@code v1.36.3}
   * @param nodes number of nodes
   * @param readyNodes number of Ready nodes
   * @param at when
   */
  record Seen(String version, int nodes, int readyNodes, Instant at) implements ClusterSighting {}

  /**
   * It could not be reached.
   *
   * @param reason of condition Connected
   * @param message one sentence
   */
  record Missed(String reason, String message) implements ClusterSighting {}
}
