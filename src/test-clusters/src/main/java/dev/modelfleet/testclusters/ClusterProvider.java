package dev.modelfleet.testclusters;

import java.util.List;
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

  /** The running cluster of that name; closing what is found leaves it running. */
  Optional<TestCluster> find(String name);

  /** Removes the cluster of that name, whoever started it; false where there was none. */
  boolean remove(String name);

  /** Removes what clusters left whose starter was killed, and returns their names. */
  List<String> removeAbandoned();
}
