package dev.modelfleet.operator.cluster;

import dev.modelfleet.api.v1alpha1.EdgeCluster;
import dev.modelfleet.api.v1alpha1.EdgeClusterSpec;
import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.operator.apply.ServerSideApply;
import dev.modelfleet.operator.member.decide.ClusterAccess;
import dev.modelfleet.operator.member.decide.MemberNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Makes and removes the hub's namespace of each member cluster, and its agent's access to it. */
final class ClusterNamespace {

  private static final Duration LOOK_AGAIN = Duration.ofMinutes(10);

  private final KubernetesClient hub;
  private final ServerSideApply apply;
  private final Map<String, Instant> made = new ConcurrentHashMap<>();

  ClusterNamespace(KubernetesClient hub, ServerSideApply apply) {
    this.hub = hub;
    this.apply = apply;
  }

  /** Makes what is missing; looked at only now and then. */
  void make(EdgeCluster cluster, Instant now) {
    String key = cluster.getMetadata().getUid() + "/" + cluster.getMetadata().getGeneration();
    Instant last = made.get(key);
    if (last != null && now.isBefore(last.plus(LOOK_AGAIN))) {
      return;
    }
    String name = cluster.getMetadata().getName();
    write(ClusterAccess.namespace(name));
    if (EdgeClusterSpec.pulls(cluster.getSpec())) {
      ClusterAccess.ofAgent(name).forEach(this::write);
    }
    made.keySet().removeIf(other -> other.startsWith(cluster.getMetadata().getUid()));
    made.put(key, now);
  }

  private void write(HasMetadata object) {
    apply.apply(object, Optional.ofNullable(hub.resource(object).get()));
  }

  /** Removes what the cluster is to run, so that it removes it too. */
  void clear(EdgeCluster cluster) {
    String namespace = MemberNames.namespace(cluster.getMetadata().getName());
    List<EdgeDeployment> left =
        hub.resources(EdgeDeployment.class).inNamespace(namespace).list().getItems();
    left.stream()
        .filter(deployment -> deployment.getMetadata().getDeletionTimestamp() == null)
        .forEach(deployment -> hub.resource(deployment).delete());
  }

  /** Removes the namespace with everything in it. */
  void remove(EdgeCluster cluster) {
    made.keySet().removeIf(key -> key.startsWith(cluster.getMetadata().getUid()));
    hub.namespaces().withName(MemberNames.namespace(cluster.getMetadata().getName())).delete();
  }
}
