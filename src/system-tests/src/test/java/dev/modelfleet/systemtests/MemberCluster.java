package dev.modelfleet.systemtests;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelfleet.quickstart.Kubectl;
import dev.modelfleet.testclusters.ClusterSpec;
import dev.modelfleet.testclusters.CuttableLink;
import dev.modelfleet.testclusters.TestCluster;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A second cluster: a control plane of its own and one edge node, which pulls from the hub's
 * registry.
 */
final class MemberCluster implements AutoCloseable {

  /** A name for which every API server's certificate is made. */
  static final String SERVER_NAME = "kubernetes";

  private static final String AGENT = "modelfleet-agent";
  private static final String REVISION = "modelfleet.dev/revision";
  private static final int LIMIT_SECONDS = 120;

  private final TestCluster cluster;
  private final KubernetesClient client;

  /** Starts it; the test is skipped where clusters are not made of processes here. */
  MemberCluster(Product product, String name) {
    assumeTrue(product.cluster().faults().isPresent(), "two clusters have to reach each other");
    String registry = address(product.cluster()).getAddress().getHostAddress() + ":5000";
    cluster = TestCluster.start(ClusterSpec.named(name).withNodes(1).pullingFrom(registry));
    client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(cluster.kubeconfig().toFile()))
            .build();
  }

  KubernetesClient client() {
    return client;
  }

  /** An administrator's access. */
  Config access() {
    return Config.fromKubeconfig(cluster.kubeconfig().toFile());
  }

  /** A link from the pods of the hub to this API server. */
  CuttableLink linkFrom(Product hub) {
    return link(hub.cluster(), cluster);
  }

  /** A link from the pods here to the hub's API server. */
  CuttableLink linkTo(Product hub) {
    return link(cluster, hub.cluster());
  }

  private static CuttableLink link(TestCluster from, TestCluster to) {
    try {
      return new CuttableLink(InetAddress.getByName(from.hostAddress().orElseThrow()), address(to));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InetSocketAddress address(TestCluster cluster) {
    URI server = URI.create(Config.fromKubeconfig(cluster.kubeconfig().toFile()).getMasterUrl());
    return new InetSocketAddress(server.getHost(), server.getPort());
  }

  /** Installs the agent as a user would, with a token that the hub gives it. */
  void installAgent(Product hub, CuttableLink link, String edgeCluster) {
    Path kubeconfig = cluster.kubeconfig().resolveSibling("hub-kubeconfig");
    try {
      Files.writeString(kubeconfig, hubKubeconfig(hub, link, edgeCluster));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Kubectl kubectl = new Kubectl(cluster.kubectl(), cluster.kubeconfig());
    kubectl.run("create", "namespace", AGENT);
    kubectl.run(
        "create",
        "secret",
        "generic",
        "modelfleet-hub",
        "--namespace=" + AGENT,
        "--from-file=kubeconfig=" + kubeconfig);
    String[] image =
        hub.operatorPods()
            .getFirst()
            .getSpec()
            .getContainers()
            .getFirst()
            .getImage()
            .split("@", -1);
    new Kubectl(cluster.helm(), cluster.kubeconfig())
        .run(
            "upgrade",
            "--install",
            "agent",
            hub.root().resolve("charts/modelfleet-agent").toString(),
            "--namespace=" + AGENT,
            "--wait",
            "--timeout=2m",
            "--set=cluster=" + edgeCluster,
            "--set=image.repository=" + image[0],
            "--set=image.digest=" + image[1]);
  }

  private static String hubKubeconfig(Product hub, CuttableLink link, String edgeCluster) {
    String token =
        hub.kubectl()
            .run("create", "token", AGENT, "--namespace=modelfleet-cluster-" + edgeCluster);
    return """
    apiVersion: v1
    kind: Config
    clusters:
      - name: hub
        cluster: {server: "https://%s", certificate-authority-data: "%s", tls-server-name: %s}
    users: [{name: agent, user: {token: "%s"}}]
    contexts: [{name: hub, context: {cluster: hub, user: agent}}]
    current-context: hub
    """
        .formatted(
            link.address(),
            Config.fromKubeconfig(hub.cluster().kubeconfig().toFile()).getCaCertData(),
            SERVER_NAME,
            token.strip());
  }

  /** Ends the agent's pod without grace; another one is started. */
  void killAgent() {
    client.pods().inNamespace(AGENT).withGracePeriod(0).delete();
  }

  /** Removes a namespace of models, and the agent. */
  void clear(String namespace) {
    for (String name : List.of(AGENT, namespace)) {
      client.namespaces().withName(name).withTimeout(1, TimeUnit.MINUTES).delete();
    }
  }

  /** What serves a target. */
  DaemonSet daemonSet(String namespace, String name) {
    return client.apps().daemonSets().inNamespace(namespace).withName(name).get();
  }

  /** The revision that a DaemonSet was last applied for. */
  static String revision(DaemonSet set) {
    return set.getMetadata().getLabels().get(REVISION);
  }

  /** Waits until what serves a target is as wanted. */
  DaemonSet await(String namespace, String name, Predicate<DaemonSet> wanted) {
    return client
        .apps()
        .daemonSets()
        .inNamespace(namespace)
        .withName(name)
        .waitUntilCondition(
            set -> set != null && wanted.test(set), LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  /** Whether every pod of a DaemonSet is of its newest spec and serves. */
  static boolean serves(DaemonSet set) {
    return set.getMetadata().getGeneration().equals(set.getStatus().getObservedGeneration())
        && Integer.valueOf(1).equals(set.getStatus().getUpdatedNumberScheduled())
        && Integer.valueOf(1).equals(set.getStatus().getNumberAvailable());
  }

  /** Collects every revision that a DaemonSet is applied for, the present one to begin with. */
  Watch watchRevisions(String namespace, String daemonSet, Set<String> seen) {
    return client
        .apps()
        .daemonSets()
        .inNamespace(namespace)
        .withName(daemonSet)
        .watch(
            new Watcher<DaemonSet>() {
              @Override
              public void eventReceived(Action action, DaemonSet set) {
                seen.add(revision(set));
              }

              @Override
              public void onClose(WatcherException cause) {
                seen.add("the watch was closed: " + cause);
              }
            });
  }

  /** The address of a Service. */
  String serviceAddress(String namespace, String name) {
    return client.services().inNamespace(namespace).withName(name).get().getSpec().getClusterIP();
  }

  @Override
  public void close() {
    client.close();
    cluster.close();
  }
}
