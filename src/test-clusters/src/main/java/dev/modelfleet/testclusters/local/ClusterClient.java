package dev.modelfleet.testclusters.local;

import dev.modelfleet.testclusters.ClusterException;
import dev.modelfleet.testclusters.NodeSpec;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** What the start of a cluster asks its API server. */
final class ClusterClient implements AutoCloseable {
  private static final int READY_SECONDS = 60;

  private final KubernetesClient client;

  ClusterClient(Path kubeconfig) {
    Config config = Config.fromKubeconfig(kubeconfig.toFile());
    config.setRequestRetryBackoffLimit(0);
    config.setConnectionTimeout(2_000);
    this.client = new KubernetesClientBuilder().withConfig(config).build();
  }

  /** Whether the API server says that it is ready. */
  boolean apiReady() {
    try {
      return "ok".equals(client.raw("/readyz"));
    } catch (KubernetesClientException e) {
      return false;
    }
  }

  /** Waits until pods can be created: the default namespace has its service account. */
  void awaitServiceAccount() {
    client
        .serviceAccounts()
        .inNamespace("default")
        .withName("default")
        .waitUntilCondition(Objects::nonNull, READY_SECONDS, TimeUnit.SECONDS);
  }

  /** Waits until a node is Ready. */
  void awaitReady(String node) {
    try {
      client
          .nodes()
          .withName(node)
          .waitUntilCondition(ClusterClient::isReady, READY_SECONDS, TimeUnit.SECONDS);
    } catch (KubernetesClientTimeoutException e) {
      throw new ClusterException(
          "Node %s was not Ready within %d s".formatted(node, READY_SECONDS), e);
    }
  }

  /** Gives a node its GPUs; a kubelet that starts anew takes unknown resources away. */
  void showGpus(NodeSpec node) {
    String gpus = "{\"%s\": \"%d\"}".formatted(NodeSpec.GPU_RESOURCE, node.gpus());
    client
        .nodes()
        .withName(node.name())
        .subresource("status")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"status\": {\"capacity\": %1$s, \"allocatable\": %1$s}}".formatted(gpus));
  }

  /** Adds a simulated node. */
  void addKwokNode(int number) {
    Node node =
        new NodeBuilder()
            .withNewMetadata()
            .withName("kwok-" + number)
            .addToLabels("type", "kwok")
            .addToLabels("kubernetes.io/hostname", "kwok-" + number)
            .addToAnnotations("kwok.x-k8s.io/node", "fake")
            .endMetadata()
            .withNewSpec()
            .addNewTaint("NoSchedule", "kwok.x-k8s.io/node", null, "fake")
            .endSpec()
            .build();
    client.nodes().resource(node).create();
  }

  private static boolean isReady(Node node) {
    return node != null
        && node.getStatus() != null
        && node.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
  }

  @Override
  public void close() {
    client.close();
  }
}
