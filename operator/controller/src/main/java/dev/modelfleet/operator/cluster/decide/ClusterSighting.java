package dev.modelfleet.operator.cluster.decide;

import java.time.Instant;

/** What came of the last attempt to reach a member cluster. */
public sealed interface ClusterSighting {

  /** It has not been tried yet. */
  record NotYet() implements ClusterSighting {}

  /**
   * The cluster answered, or its agent was heard of.
   *
   * @param version for instance {@code v1.36.3}
   * @param nodes number of nodes; null where the credential can't list them
   * @param readyNodes number of Ready nodes; null where the credential can't list them
   * @param at when
   */
  record Seen(String version, Integer nodes, Integer readyNodes, Instant at)
      implements ClusterSighting {}

  /**
   * It could not be reached.
   *
   * @param reason of condition Connected
   * @param message one sentence
   */
  record Missed(String reason, String message) implements ClusterSighting {}
}
