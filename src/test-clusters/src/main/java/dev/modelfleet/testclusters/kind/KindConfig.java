package dev.modelfleet.testclusters.kind;

import dev.modelfleet.testclusters.ClusterSpec;
import dev.modelfleet.testclusters.NodeSpec;
import dev.modelfleet.testclusters.Registry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What KIND and Docker are asked for: a cluster with one labelled worker for each wanted node, on a
 * network of its own, and a registry on that network under its usual name.
 *
 * @param spec the wanted cluster
 * @param folder the cluster's files on the host
 */
record KindConfig(ClusterSpec spec, Path folder) {
  private static final String REGISTRY_IMAGE = "registry:3";

  /** The Docker network: its own, so that the registry's name is unique on it. */
  String network() {
    return "modelfleet-" + spec.name();
  }

  /** The registry's container. */
  String registryContainer() {
    return network() + "-registry";
  }

  /** The name of the worker for the node with this index; the scheme is KIND's. */
  String worker(int index) {
    return spec.name() + "-worker" + (index == 0 ? "" : Integer.toString(index + 1));
  }

  /** The kubeconfig that KIND writes. */
  Path kubeconfig() {
    return folder.resolve("kubeconfig");
  }

  /** The file that names the process which removes the cluster; missing where it is kept. */
  Path ownerFile() {
    return folder.resolve("owner");
  }

  /** The file that makes containerd pull from the registry over plain HTTP. */
  Path hostsFile() {
    return folder.resolve("certs.d").resolve(Registry.CLUSTER_ADDRESS).resolve("hosts.toml");
  }

  /** The content of {@link #hostsFile()}. */
  String hosts() {
    return """
        server = 'http://%1$s'

        [host.'http://%1$s']
          capabilities = ['pull', 'resolve']
        """
        .formatted(Registry.CLUSTER_ADDRESS);
  }

  /** The file with {@link #cluster()}. */
  Path clusterFile() {
    return folder.resolve("kind.yaml");
  }

  /** KIND's cluster configuration. */
  String cluster() {
    StringBuilder text =
        new StringBuilder("kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n");
    text.append(node("control-plane", Map.of()));
    spec.nodes().forEach(node -> text.append(node("worker", node.labels())));
    return text.toString();
  }

  private String node(String role, Map<String, String> labels) {
    StringBuilder text = new StringBuilder("- role: " + role + "\n");
    if (!labels.isEmpty()) {
      text.append("  labels:\n");
    }
    labels.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(label -> "    \"%s\": \"%s\"\n".formatted(label.getKey(), label.getValue()))
        .forEach(text::append);
    return text.append(
            """
              extraMounts:
              - hostPath: "%s"
                containerPath: /etc/containerd/certs.d
                readOnly: true
            """
                .formatted(folder.resolve("certs.d")))
        .toString();
  }

  List<String> createNetwork() {
    return List.of("docker", "network", "create", network());
  }

  List<String> runRegistry() {
    return List.of(
        "docker",
        "run",
        "--detach",
        "--name=" + registryContainer(),
        "--network=" + network(),
        "--network-alias=" + Registry.HOST_NAME,
        "--publish=127.0.0.1::5000",
        "--env=REGISTRY_STORAGE_DELETE_ENABLED=true",
        "--env=OTEL_TRACES_EXPORTER=none",
        REGISTRY_IMAGE);
  }

  /** Prints {@code 127.0.0.1:port}. */
  List<String> registryAddress() {
    return List.of("docker", "port", registryContainer(), "5000/tcp");
  }

  /** Prints the names of the workers, one a line. */
  List<String> workers() {
    return List.of(
        "docker",
        "ps",
        "--filter=label=io.x-k8s.kind.cluster=" + spec.name(),
        "--filter=label=io.x-k8s.kind.role=worker",
        "--format={{.Names}}");
  }

  List<String> createCluster(String kind, String image) {
    return List.of(
        "env",
        "KIND_EXPERIMENTAL_DOCKER_NETWORK=" + network(),
        kind,
        "create",
        "cluster",
        "--name=" + spec.name(),
        "--image=" + image,
        "--config=" + clusterFile(),
        "--kubeconfig=" + kubeconfig(),
        "--wait=180s");
  }

  /** Gives the worker with this index the GPUs of its node. */
  List<String> showGpus(String kubectl, int index) {
    String gpus =
        "{\"%s\":\"%d\"}".formatted(NodeSpec.GPU_RESOURCE, spec.nodes().get(index).gpus());
    return List.of(
        kubectl,
        "--kubeconfig=" + kubeconfig(),
        "patch",
        "node",
        worker(index),
        "--subresource=status",
        "--type=merge",
        "--patch={\"status\":{\"capacity\":%1$s,\"allocatable\":%1$s}}".formatted(gpus));
  }

  /** What removes everything; each may find nothing to remove. */
  List<List<String>> remove(String kind) {
    return List.of(
        List.of(kind, "delete", "cluster", "--name=" + spec.name(), "--kubeconfig=" + kubeconfig()),
        List.of("docker", "rm", "--force", "--volumes", registryContainer()),
        List.of("docker", "network", "rm", network()),
        List.of("rm", "-rf", folder.toString()));
  }
}
