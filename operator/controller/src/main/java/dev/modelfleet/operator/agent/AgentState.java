package dev.modelfleet.operator.agent;

import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentStatus;
import dev.modelfleet.operator.apply.ServerSideApply;
import dev.modelfleet.operator.member.decide.MemberNames;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.name.Sha256;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the agent was last told and what came of it, kept in its own cluster: a restart without the
 * hub goes on from there. One ConfigMap for each EdgeDeployment; there is no secret in it.
 */
final class AgentState {

  private static final String ENTRY = "edgedeployment.json";
  private static final String COMPONENT = "agent-state";
  private static final int HASH = 16;

  private final KubernetesClient member;
  private final ServerSideApply apply;
  private final String namespace;
  private final Map<String, String> labels;
  private final Map<String, List<Object>> saved = new ConcurrentHashMap<>();

  AgentState(KubernetesClient member, String namespace, String cluster) {
    this.member = member;
    this.apply = new ServerSideApply(member, MemberNames.FIELD_MANAGER);
    this.namespace = namespace;
    this.labels =
        Map.of(
            Labels.MANAGED_BY,
            Labels.MODELFLEET,
            Labels.COMPONENT,
            COMPONENT,
            MemberNames.EDGE_CLUSTER,
            MemberNames.label(cluster));
  }

  /** Everything that was kept. */
  List<EdgeDeployment> load() {
    return member.configMaps().inNamespace(namespace).withLabels(labels).list().getItems().stream()
        .map(map -> map.getData().get(ENTRY))
        .map(json -> member.getKubernetesSerialization().unmarshal(json, EdgeDeployment.class))
        .toList();
  }

  /** Keeps one, where something changed that a restart must know. */
  void save(EdgeDeployment deployment, EdgeDeploymentStatus status) {
    String label = MemberNames.label(deployment);
    List<Object> key = durable(deployment, status);
    if (key.equals(saved.get(label))) {
      return;
    }
    EdgeDeployment copy = new EdgeDeployment();
    copy.setMetadata(
        new ObjectMetaBuilder()
            .withName(deployment.getMetadata().getName())
            .withNamespace(deployment.getMetadata().getNamespace())
            .withUid(deployment.getMetadata().getUid())
            .withGeneration(deployment.getMetadata().getGeneration())
            .build());
    copy.setSpec(deployment.getSpec());
    copy.setStatus(status);
    ConfigMap map =
        new ConfigMapBuilder()
            .withMetadata(
                new ObjectMetaBuilder()
                    .withName(name(label))
                    .withNamespace(namespace)
                    .withLabels(labels)
                    .build())
            .withData(Map.of(ENTRY, member.getKubernetesSerialization().asJson(copy)))
            .build();
    apply.apply(map, Optional.empty());
    saved.put(label, key);
  }

  /** Forgets one. */
  void delete(String label) {
    saved.remove(label);
    member.configMaps().inNamespace(namespace).withName(name(label)).delete();
  }

  private static String name(String label) {
    return MemberNames.AGENT + "-" + Sha256.hex(label).substring(0, HASH);
  }

  private static List<Object> durable(EdgeDeployment deployment, EdgeDeploymentStatus status) {
    Object generation = deployment.getMetadata().getGeneration();
    return status == null
        ? Arrays.asList(deployment.getMetadata().getUid(), generation)
        : Arrays.asList(
            deployment.getMetadata().getUid(),
            generation,
            status.appliedRevision(),
            status.currentRevision(),
            status.rejectedRevision(),
            status.progressTime());
  }
}
