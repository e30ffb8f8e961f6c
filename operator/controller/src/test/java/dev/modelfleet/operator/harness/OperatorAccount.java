package dev.modelfleet.operator.harness;

import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.host.HostCommand;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.stream.Stream;

/**
 * The permissions that the Helm chart gives to the operator, so that every test of its behaviour
 * also shows that they are enough.
 */
final class OperatorAccount {

  private static final String NAMESPACE = "modelfleet-system";
  private static final String USER = "system:serviceaccount:" + NAMESPACE + ":modelfleet-operator";

  private OperatorAccount() {}

  /** Creates the chart's roles. */
  static void install(TestCluster cluster, KubernetesClient client) {
    String roles =
        HostCommand.run(
            List.of(
                cluster.helm().toString(),
                "template",
                "modelfleet",
                "../../charts/modelfleet",
                "--namespace=" + NAMESPACE,
                "--kube-version=1.36",
                "--set=image.repository=o,runtimeImage.repository=r,registry.repository=r:5000/v,members.enabled=true",
                "--show-only=templates/rbac.yaml"));
    Stream.of(roles.split("(?m)^---$", -1))
        .filter(document -> document.contains("kind: ClusterRole"))
        .map(document -> document.substring(document.indexOf("apiVersion:")))
        .map(document -> (HasMetadata) Serialization.unmarshal(document, KubernetesResource.class))
        .filter(role -> role instanceof ClusterRole || role instanceof ClusterRoleBinding)
        .forEach(role -> client.resource(role).forceConflicts().serverSideApply());
  }

  /** What a client needs to act with these permissions. */
  static Config of(Config administrator) {
    return new ConfigBuilder(administrator)
        .withImpersonateUsername(USER)
        .withImpersonateGroups("system:serviceaccounts", "system:authenticated")
        .build();
  }
}
