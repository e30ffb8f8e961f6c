package dev.modelfleet.testclusters;

import java.util.Optional;

/** One way to get a cluster. */
public interface ClusterProvider {
  /** What it is, for messages. */
  String description();

  /** Why it can't give the wanted cluster here; empty where it can try. */
  Optional<String> unavailable(ClusterSpec spec);

  /**
   * Starts the cluster or attaches to it.
   *
   * @throws ClusterException when that fails
   */
  TestCluster start(ClusterSpec spec);
}
