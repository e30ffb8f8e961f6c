package dev.modelfleet.operator.agent;

import dev.modelfleet.operator.cluster.decide.AgentSighting;
import dev.modelfleet.operator.member.decide.MemberNames;
import dev.modelfleet.operator.placement.decide.NodeFacts;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tells the hub, by a Lease in the cluster's namespace there, that the agent is alive. */
final class Heartbeat {

  private static final PatchContext CONTEXT =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager(MemberNames.FIELD_MANAGER)
          .withForce(true)
          .build();

  private final KubernetesClient hub;
  private final KubernetesClient member;
  private final String cluster;
  private final InstantSource clock;

  Heartbeat(KubernetesClient hub, KubernetesClient member, String cluster, InstantSource clock) {
    this.hub = hub;
    this.member = member;
    this.cluster = cluster;
    this.clock = clock;
  }

  /**
   * Renews the Lease.
   *
   * @param objects number of objects that the cluster holds for the hub
   * @throws KubernetesClientException when the hub does not take it
   */
  void beat(int objects) {
    Map<String, String> told = new HashMap<>();
    told.put(AgentSighting.OBJECTS, Integer.toString(objects));
    addCluster(told);
    Lease lease =
        new LeaseBuilder()
            .withNewMetadata()
            .withName(MemberNames.AGENT)
            .withNamespace(MemberNames.namespace(cluster))
            .withAnnotations(told)
            .endMetadata()
            .withNewSpec()
            .withHolderIdentity(cluster)
            .withLeaseDurationSeconds((int) AgentSighting.AWAY_AFTER.toSeconds())
            .withRenewTime(clock.instant().truncatedTo(ChronoUnit.MICROS).atZone(ZoneOffset.UTC))
            .endSpec()
            .build();
    hub.resource(lease).patch(CONTEXT);
  }

  /** What is not known of the cluster at this moment is not told. */
  private void addCluster(Map<String, String> told) {
    try {
      told.put(AgentSighting.VERSION, member.getKubernetesVersion().getGitVersion());
      List<NodeFacts> nodes = member.nodes().list().getItems().stream().map(NodeFacts::of).toList();
      told.put(AgentSighting.NODES, Integer.toString(nodes.size()));
      told.put(
          AgentSighting.READY_NODES,
          Long.toString(nodes.stream().filter(NodeFacts::ready).count()));
    } catch (KubernetesClientException e) {
      told.remove(AgentSighting.NODES);
    }
  }
}
