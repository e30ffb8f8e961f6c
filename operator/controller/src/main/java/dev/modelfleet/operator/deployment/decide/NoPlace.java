package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions.Reason;
import dev.modelfleet.api.v1alpha1.Placement;
import dev.modelfleet.operator.member.decide.ClusterFacts;
import dev.modelfleet.operator.member.decide.MemberView;
import dev.modelfleet.operator.placement.decide.LabelsThere;
import dev.modelfleet.operator.placement.decide.NodeFacts;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Why a target has nothing to run on, which is not held against any revision: no deadline runs.
 *
 * @param reason UpperCamelCase
 * @param message names the selector, what there is instead, and the fix
 */
record NoPlace(String reason, String message) {

  /** Why a target has no place; empty where it has one. */
  static Optional<NoPlace> of(DeploymentFacts facts, TargetServing serving) {
    HardwareTarget hardware = facts.targets().get(serving.target().hardwareTargetRef().name());
    if (serving.plan() == null || hardware == null) {
      return Optional.empty();
    }
    return serving.plan().inMembers()
        ? clusters(facts, serving, hardware)
        : nodes(facts, serving, hardware);
  }

  private static Optional<NoPlace> clusters(
      DeploymentFacts facts, TargetServing serving, HardwareTarget hardware) {
    Map<String, String> selector = hardware.getSpec().placement().clusterSelector();
    List<MemberView> views = facts.memberViews(serving.target());
    if (views.isEmpty()) {
      return Optional.of(
          new NoPlace(
              Reason.NO_CLUSTERS_MATCH,
              "target %s: no EdgeCluster has the labels %s; %s: label one or correct placement.clusterSelector of HardwareTarget %s"
                  .formatted(
                      serving.target().name(),
                      LabelsThere.text(selector),
                      LabelsThere.of(
                          "EdgeClusters",
                          selector,
                          facts.members().clusters().stream().map(ClusterFacts::labels).toList()),
                      hardware.getMetadata().getName())));
    }
    List<MemberView> reachable = views.stream().filter(view -> view.cluster().reachable()).toList();
    if (reachable.isEmpty()) {
      return Optional.of(
          new NoPlace(
              Reason.CLUSTERS_NOT_CONNECTED,
              "target %s: none of %d member clusters can be reached; what they serve they serve on"
                  .formatted(serving.target().name(), views.size())));
    }
    return reachable.stream().anyMatch(view -> open(view, serving))
        ? Optional.empty()
        : Optional.of(
            new NoPlace(
                Reason.OUTSIDE_WINDOWS,
                "target %s: none of %d member clusters that can be reached is in a maintenance window; condition OpenForChanges of EdgeCluster %s says when one begins"
                    .formatted(
                        serving.target().name(),
                        reachable.size(),
                        reachable.getFirst().cluster().name())));
  }

  /** Whether a cluster may take something new, takes it already, or serves nothing yet. */
  private static boolean open(MemberView view, TargetServing serving) {
    return view.cluster().changeable()
        || view.told() == null
        || view.told().equals(serving.revision());
  }

  /**
   * A DaemonSet without nodes is complete as it is; nodes that are not known are none that lack.
   */
  private static Optional<NoPlace> nodes(
      DeploymentFacts facts, TargetServing serving, HardwareTarget hardware) {
    Map<String, String> selector = serving.plan().nodeSelector();
    boolean there = facts.nodes().stream().anyMatch(node -> node.matches(selector));
    if (serving.plan().mode() != Placement.Mode.REPLICAS || facts.nodes().isEmpty() || there) {
      return Optional.empty();
    }
    return Optional.of(
        new NoPlace(
            Reason.NO_NODES_MATCH,
            "target %s: no node has the labels %s; %s: label one or correct placement.nodeSelector of HardwareTarget %s"
                .formatted(
                    serving.target().name(),
                    LabelsThere.text(selector),
                    LabelsThere.of(
                        "nodes", selector, facts.nodes().stream().map(NodeFacts::labels).toList()),
                    hardware.getMetadata().getName())));
  }
}
