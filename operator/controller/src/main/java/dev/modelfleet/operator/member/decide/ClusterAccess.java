package dev.modelfleet.operator.member.decide;

import dev.modelfleet.operator.name.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A member cluster's place in the hub: one namespace a cluster, so that plain roles limit an agent
 * to what its own cluster is to run.
 */
public final class ClusterAccess {

  private static final String MODELFLEET_GROUP = "modelfleet.dev";

  private ClusterAccess() {}

  /** The namespace. */
  public static Namespace namespace(String cluster) {
    Map<String, String> labels = new HashMap<>(labels(cluster));
    return new NamespaceBuilder()
        .withNewMetadata()
        .withName(MemberNames.namespace(cluster))
        .withLabels(labels)
        .endMetadata()
        .build();
  }

  /** What lets an agent work: its account, and what that may do in the namespace. */
  public static List<HasMetadata> ofAgent(String cluster) {
    String namespace = MemberNames.namespace(cluster);
    return List.of(
        new ServiceAccountBuilder().withMetadata(meta(cluster)).build(),
        new RoleBuilder()
            .withMetadata(meta(cluster))
            .withRules(
                rule(MODELFLEET_GROUP, "edgedeployments", "get", "list", "watch"),
                rule(MODELFLEET_GROUP, "edgedeployments/status", "patch"),
                rule("", "secrets", "get"),
                rule("coordination.k8s.io", "leases", "get", "create", "patch"))
            .build(),
        new RoleBindingBuilder()
            .withMetadata(meta(cluster))
            .withNewRoleRef("rbac.authorization.k8s.io", "Role", MemberNames.AGENT)
            .addNewSubject()
            .withKind("ServiceAccount")
            .withName(MemberNames.AGENT)
            .withNamespace(namespace)
            .endSubject()
            .build());
  }

  private static PolicyRule rule(String group, String resource, String... verbs) {
    return new PolicyRuleBuilder()
        .withApiGroups(group)
        .withResources(resource)
        .withVerbs(verbs)
        .build();
  }

  private static ObjectMeta meta(String cluster) {
    return new ObjectMetaBuilder()
        .withName(MemberNames.AGENT)
        .withNamespace(MemberNames.namespace(cluster))
        .withLabels(labels(cluster))
        .build();
  }

  private static Map<String, String> labels(String cluster) {
    return Map.of(
        Labels.MANAGED_BY, Labels.MODELFLEET, MemberNames.EDGE_CLUSTER, MemberNames.label(cluster));
  }
}
