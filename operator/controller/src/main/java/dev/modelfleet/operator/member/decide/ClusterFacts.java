package dev.modelfleet.operator.member.decide;

import dev.modelfleet.api.v1alpha1.EdgeCluster;
import dev.modelfleet.api.v1alpha1.EdgeClusterConditions;
import dev.modelfleet.operator.status.Conditions;
import java.util.Map;
import java.util.Optional;

/**
 * What matters of a member cluster to what is rolled out there.
 *
 * @param name of the EdgeCluster
 * @param labels of the EdgeCluster
 * @param reachable whether it can be told and observed
 * @param namespace in which everything is put; null for that of each ModelDeployment
 * @param changeable whether what it serves may change now
 */
public record ClusterFacts(
    String name,
    Map<String, String> labels,
    boolean reachable,
    String namespace,
    boolean changeable) {

  public ClusterFacts {
    labels = Map.copyOf(labels);
  }

  /** Reads an EdgeCluster. */
  public static ClusterFacts of(EdgeCluster cluster) {
    return new ClusterFacts(
        cluster.getMetadata().getName(),
        Optional.ofNullable(cluster.getMetadata().getLabels()).orElseGet(Map::of),
        cluster.getStatus() != null
            && Conditions.isTrue(cluster.getStatus().conditions(), EdgeClusterConditions.CONNECTED),
        cluster.getSpec().namespace(),
        cluster.getSpec().maintenanceWindows().isEmpty()
            || (cluster.getStatus() != null
                && Conditions.isTrue(
                    cluster.getStatus().conditions(), EdgeClusterConditions.OPEN_FOR_CHANGES)));
  }

  /** Whether the cluster has every label of a selector. */
  public boolean matches(Map<String, String> selector) {
    return labels.entrySet().containsAll(selector.entrySet());
  }
}
