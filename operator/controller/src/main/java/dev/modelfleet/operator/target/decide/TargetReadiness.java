package dev.modelfleet.operator.target.decide;

import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.HardwareTargetConditions;
import dev.modelfleet.api.v1alpha1.HardwareTargetConditions.Reason;
import dev.modelfleet.api.v1alpha1.HardwareTargetStatus;
import dev.modelfleet.operator.member.decide.ClusterFacts;
import dev.modelfleet.operator.placement.decide.LabelsThere;
import dev.modelfleet.operator.placement.decide.NodeFacts;
import dev.modelfleet.operator.status.Conditions;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which nodes a HardwareTarget has. */
public final class TargetReadiness {

  private TargetReadiness() {}

  /** The labels that a target's nodes have: its selector's and the architecture's. */
  public static Map<String, String> labels(HardwareTarget target) {
    Map<String, String> labels = new HashMap<>(target.getSpec().placement().nodeSelector());
    labels.put("kubernetes.io/arch", target.getSpec().device().architecture().label());
    return labels;
  }

  /**
   * The status of a target among the nodes of the cluster, or among its member clusters.
   *
   * @param clusters every member cluster
   */
  public static HardwareTargetStatus judge(
      HardwareTarget target, List<NodeFacts> nodes, List<ClusterFacts> clusters, Instant now) {
    Map<String, String> selector = target.getSpec().placement().clusterSelector();
    return selector.isEmpty() ? inHub(target, nodes, now) : inMembers(target, clusters, now);
  }

  private static HardwareTargetStatus inMembers(
      HardwareTarget target, List<ClusterFacts> known, Instant now) {
    Map<String, String> selector = target.getSpec().placement().clusterSelector();
    List<ClusterFacts> clusters = known.stream().filter(c -> c.matches(selector)).toList();
    long reachable = clusters.stream().filter(ClusterFacts::reachable).count();
    long generation = target.getMetadata().getGeneration();
    String message =
        clusters.isEmpty()
            ? "no EdgeCluster has the labels %s; %s: label one or correct placement.clusterSelector"
                .formatted(
                    LabelsThere.text(selector),
                    LabelsThere.of(
                        "EdgeClusters",
                        selector,
                        known.stream().map(ClusterFacts::labels).toList()))
            : reachable + " of " + clusters.size() + " member clusters are connected";
    Conditions conditions =
        new Conditions(
                target.getStatus() == null ? null : target.getStatus().conditions(),
                generation,
                now)
            .set(
                HardwareTargetConditions.READY,
                reachable > 0,
                clusters.isEmpty()
                    ? Reason.NO_CLUSTERS_MATCH
                    : reachable > 0 ? Reason.CLUSTERS_CONNECTED : Reason.CLUSTERS_NOT_CONNECTED,
                message);
    return new HardwareTargetStatus(generation, 0, 0, conditions.list());
  }

  private static HardwareTargetStatus inHub(
      HardwareTarget target, List<NodeFacts> nodes, Instant now) {
    Map<String, String> labels = labels(target);
    String resource = target.getSpec().device().resourceName();
    List<NodeFacts> matched = nodes.stream().filter(node -> node.matches(labels)).toList();
    List<NodeFacts> ready = matched.stream().filter(NodeFacts::ready).toList();
    List<NodeFacts> usable =
        ready.stream().filter(node -> resource == null || node.count(resource) > 0).toList();
    long generation = target.getMetadata().getGeneration();
    Conditions conditions =
        new Conditions(
            target.getStatus() == null ? null : target.getStatus().conditions(), generation, now);
    String type = HardwareTargetConditions.READY;
    if (!usable.isEmpty()) {
      conditions.set(
          type,
          true,
          Reason.NODES_READY,
          usable.size() + " of " + matched.size() + " nodes are ready");
    } else if (matched.isEmpty()) {
      conditions.set(
          type,
          false,
          Reason.NO_NODES_MATCH,
          "no node has the labels %s; %s: label one or correct placement.nodeSelector"
              .formatted(
                  LabelsThere.text(labels),
                  LabelsThere.of("nodes", labels, nodes.stream().map(NodeFacts::labels).toList())));
    } else if (ready.isEmpty()) {
      conditions.set(
          type, false, Reason.NODES_NOT_READY, "none of " + matched.size() + " nodes is ready");
    } else {
      conditions.set(
          type,
          false,
          Reason.RESOURCE_MISSING,
          "none of "
              + ready.size()
              + " ready nodes offers "
              + resource
              + ": install its device plugin or correct device.resourceName");
    }
    return new HardwareTargetStatus(generation, matched.size(), usable.size(), conditions.list());
  }
}
