package dev.modelfleet.testclusters.local;

import dev.modelfleet.testclusters.ClusterException;
import dev.modelfleet.testclusters.NodeSpec;
import dev.modelfleet.testclusters.host.Await;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** What the start of a cluster asks its API server. */
final class ClusterClient implements AutoCloseable {
  private static final int READY_SECONDS = 60;
  private static final String KWOK_LABEL = "type";
  private static final String KWOK = "kwok";

  /** More than what KWOK gives by itself: pods may limit their temporary files too. */
  private static final Map<String, Quantity> KWOK_RESOURCES =
      Map.of(
          "cpu", new Quantity("1k"),
          "memory", new Quantity("1Ti"),
          "ephemeral-storage", new Quantity("10Ti"),
          "pods", new Quantity("1M"));

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

  /** When a node's kubelet last reported; in whole seconds. */
  Instant lastReport(String node) {
    return reported(client.nodes().withName(node).require());
  }

  /**
   * Waits until a node's kubelet has reported after {@code last} that the node is Ready, and knows
   * its pods: until then it refuses exec and logs.
   */
  void awaitReportAfter(String node, Instant last) {
    client
        .nodes()
        .withName(node)
        .waitUntilCondition(
            state -> isReady(state) && reported(state).isAfter(last),
            READY_SECONDS,
            TimeUnit.SECONDS);
    Await.until(
        "the kubelet of " + node + " knows its pods",
        Duration.ofSeconds(READY_SECONDS),
        () -> knownPods(node).containsAll(assignedPods(node)));
  }

  private Set<String> assignedPods(String node) {
    return identities(
        client.pods().inAnyNamespace().withField("spec.nodeName", node).list().getItems());
  }

  private Set<String> knownPods(String node) {
    try {
      String pods = client.raw("/api/v1/nodes/%s/proxy/pods".formatted(node));
      List<Pod> items =
          client.getKubernetesSerialization().unmarshal(pods, PodList.class).getItems();
      // A kubelet that knows none yet writes null.
      return items == null ? Set.of() : identities(items);
    } catch (KubernetesClientException e) {
      return Set.of();
    }
  }

  private static Set<String> identities(List<Pod> pods) {
    return pods.stream().map(pod -> pod.getMetadata().getUid()).collect(Collectors.toSet());
  }

  private static Instant reported(Node node) {
    return node.getStatus().getConditions().stream()
        .filter(condition -> condition.getType().equals("Ready"))
        .map(condition -> Instant.parse(condition.getLastHeartbeatTime()))
        .findFirst()
        .orElse(Instant.EPOCH);
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

  /** Adds simulated nodes {@code kwok-1} to {@code kwok-count} and waits until all are Ready. */
  void addKwokNodes(int count) {
    for (int number = 1; number <= count; number++) {
      client.nodes().resource(kwokNode("kwok-" + number)).create();
    }
    try {
      client
          .nodes()
          .withLabel(KWOK_LABEL, KWOK)
          .informOnCondition(
              nodes -> nodes.stream().filter(ClusterClient::isReady).count() == count)
          .get(READY_SECONDS + count / 10, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new ClusterException("The %d simulated nodes did not become Ready".formatted(count), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterException("Interrupted while waiting for simulated nodes", e);
    }
  }

  private static Node kwokNode(String name) {
    return new NodeBuilder()
        .withNewMetadata()
        .withName(name)
        .addToLabels(KWOK_LABEL, KWOK)
        .addToLabels("kubernetes.io/hostname", name)
        .addToLabels("kubernetes.io/os", "linux")
        .addToLabels("kubernetes.io/arch", "amd64")
        .addToAnnotations("kwok.x-k8s.io/node", "fake")
        .endMetadata()
        .withNewSpec()
        .addNewTaint("NoSchedule", "kwok.x-k8s.io/node", null, "fake")
        .endSpec()
        .withNewStatus()
        .withCapacity(KWOK_RESOURCES)
        .withAllocatable(KWOK_RESOURCES)
        .endStatus()
        .build();
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
