package dev.modelfleet.operator.member.decide;

import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.operator.name.ResourceName;
import dev.modelfleet.operator.name.Sha256;

/** Names of what belongs to a member cluster, in the hub and in the cluster. */
public final class MemberNames {

  /** Label of every object that was applied in a member cluster: the EdgeCluster's name. */
  public static final String EDGE_CLUSTER = "modelfleet.dev/edge-cluster";

  /** Label of every object that was applied in a member cluster: the EdgeDeployment's name. */
  public static final String EDGE_DEPLOYMENT = "modelfleet.dev/edge-deployment";

  /** Field manager of every write in a member cluster, by the hub's operator or by the agent. */
  public static final String FIELD_MANAGER = "modelfleet-member";

  /** Name of the agent's ServiceAccount, Role, RoleBinding and Lease in the cluster's namespace. */
  public static final String AGENT = "modelfleet-agent";

  private static final String NAMESPACE_PREFIX = "modelfleet-cluster-";
  private static final int MAX_NAME = 253;
  private static final int HASH = 8;

  private MemberNames() {}

  /** The hub's namespace of a cluster: {@code modelfleet-cluster-<name>}, made a valid name. */
  public static String namespace(String cluster) {
    int room = ResourceName.MAX_LENGTH - NAMESPACE_PREFIX.length();
    if (cluster.length() <= room && cluster.matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?")) {
      return NAMESPACE_PREFIX + cluster;
    }
    String readable = ResourceName.label(cluster, room - HASH - 1, "cluster");
    return NAMESPACE_PREFIX + readable + "-" + Sha256.hex(cluster).substring(0, HASH);
  }

  /**
   * Name of a ModelDeployment's EdgeDeployments: {@code <namespace>.<name>}, for a namespace has no
   * dot.
   */
  public static String deployment(String namespace, String name) {
    return ResourceName.of(MAX_NAME, namespace + "." + name);
  }

  /** Name, next to an EdgeDeployment, of its copy of a Secret with which pods pull. */
  public static String secretCopy(String edgeDeployment, String secret) {
    return ResourceName.of(MAX_NAME, edgeDeployment + "." + secret);
  }

  /** A name as the value of a label. */
  public static String label(String name) {
    return ResourceName.of(name);
  }

  /** The value of label {@link #EDGE_DEPLOYMENT} of what belongs to an EdgeDeployment. */
  public static String label(EdgeDeployment deployment) {
    return label(deployment.getMetadata().getName());
  }
}
