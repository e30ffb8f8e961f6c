package dev.modelfleet.operator.deployment.decide;

/**
 * One Deployment or DaemonSet that serves a target. While a rollout is under way, a target has one
 * for each revision that is served; their nodes are disjoint but for those that are being handed
 * over, where the new pod becomes ready before the old one goes.
 *
 * @param name of the object
 * @param revision that it serves
 * @param plan of the target in that revision
 * @param replicas number of pods of a Deployment; null for a DaemonSet
 * @param nodes of a DaemonSet; all for a Deployment
 * @param canary whether it is a Deployment beside the target's own
 */
public record HostPlan(
    String name,
    String revision,
    TargetPlan plan,
    Integer replicas,
    NodeChoice nodes,
    boolean canary) {}
