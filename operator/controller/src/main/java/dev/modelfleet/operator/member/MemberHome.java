package dev.modelfleet.operator.member;

import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentStatus;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.Collection;
import java.util.Optional;

/**
 * Where a member cluster's EdgeDeployments come from and their statuses go to: the hub's operator,
 * or the cluster's own agent, which goes on without the hub.
 */
public interface MemberHome {

  /** The EdgeDeployments of the cluster as they were last heard of. */
  Collection<EdgeDeployment> wanted();

  /** What was last reported of one; null before the first report. */
  EdgeDeploymentStatus memory(EdgeDeployment deployment);

  /** Keeps what was decided, before it is done. */
  void remember(EdgeDeployment deployment, EdgeDeploymentStatus status);

  /** Tells the hub. */
  void report(EdgeDeployment deployment, EdgeDeploymentStatus status);

  /** The hub's copy of a Secret with which pods pull; empty where there is none or no hub. */
  Optional<Secret> pullSecret(EdgeDeployment deployment, String name);

  /**
   * Whether the hub has no EdgeDeployment with this label in the cluster's namespace.
   *
   * @return false also where the hub can't be asked
   */
  boolean gone(String label);

  /** The cluster did not answer. */
  void lost(String message);
}
