package dev.modelfleet.testclusters;

import java.util.List;

/**
 * What cluster is wanted.
 *
 * @param name a name that no other running cluster of this machine has: lower-case letters, digits
 *     and {@code -}
 * @param nodes the real nodes; none: only an API server, for tests that play the nodes themselves
 * @param kwokNodes how many simulated nodes (KWOK) to add, for scale
 * @param keep whether the cluster stays when the process that started it ends
 * @param kwokStages YAML documents of KWOK Stages beside the usual ones; one of the same name as a
 *     usual one takes its place; empty for none
 * @param registry {@code host:port} of another cluster's registry, from which the nodes of a
 *     locally built cluster pull under the usual name; null for the cluster's own
 */
public record ClusterSpec(
    String name,
    List<NodeSpec> nodes,
    int kwokNodes,
    boolean keep,
    String kwokStages,
    String registry) {
  /** The name of a cluster where none is given. */
  public static final String DEFAULT_NAME = "modelfleet";

  /** Checks the name and the counts. */
  public ClusterSpec {
    if (!name.matches("[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?")) {
      throw new ClusterException(
          "Cluster name '%s': use 1 to 32 lower-case letters, digits and '-'".formatted(name));
    }
    if (nodes.size() > 100 || kwokNodes < 0) {
      throw new ClusterException(
          "Cluster %s: nodes must be 0 to 100 and kwokNodes at least 0".formatted(name));
    }
    nodes = List.copyOf(nodes);
  }

  /** The default cluster under {@code name}: two real nodes, removed at the end. */
  public static ClusterSpec named(String name) {
    return new ClusterSpec(name, NodeSpec.usual(2), 0, false, "", null);
  }

  /** The same with the usual {@code count} nodes. */
  public ClusterSpec withNodes(int count) {
    return new ClusterSpec(name, NodeSpec.usual(count), kwokNodes, keep, kwokStages, registry);
  }

  /** The same with {@code count} simulated nodes. */
  public ClusterSpec withKwokNodes(int count) {
    return new ClusterSpec(name, nodes, count, keep, kwokStages, registry);
  }

  /** The same with further life for what runs on its simulated nodes. */
  public ClusterSpec withKwokStages(String stages) {
    return new ClusterSpec(name, nodes, kwokNodes, keep, stages, registry);
  }

  /** The same, whose nodes pull from another cluster's registry. */
  public ClusterSpec pullingFrom(String otherRegistry) {
    return new ClusterSpec(name, nodes, kwokNodes, keep, kwokStages, otherRegistry);
  }

  /** The same, staying when its process ends. */
  public ClusterSpec kept() {
    return new ClusterSpec(name, nodes, kwokNodes, true, kwokStages, registry);
  }

  /**
   * Whether only an API server is wanted: no node of any kind, so no workload controllers either.
   */
  public boolean apiOnly() {
    return nodes.isEmpty() && kwokNodes == 0;
  }
}
