package dev.modelfleet.testclusters.kind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.testclusters.ClusterSpec;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KindConfigTest {
  private final KindConfig config = new KindConfig(ClusterSpec.named("demo"), Path.of("/s/demo"));

  @Test
  void eachNodeIsALabelledWorkerThatPullsFromTheRegistry() {
    Map<?, ?> cluster = new KubernetesSerialization().unmarshal(config.cluster(), Map.class);

    List<?> mounts =
        List.of(
            Map.of(
                "hostPath",
                "/s/demo/certs.d",
                "containerPath",
                "/etc/containerd/certs.d",
                "readOnly",
                true));
    assertThat(cluster.get("apiVersion")).isEqualTo("kind.x-k8s.io/v1alpha4");
    assertThat(cluster.get("nodes"))
        .isEqualTo(
            List.of(
                Map.of("role", "control-plane", "extraMounts", mounts),
                Map.of(
                    "role",
                    "worker",
                    "labels",
                    Map.of("node.kubernetes.io/instance-type", "k3s"),
                    "extraMounts",
                    mounts),
                Map.of(
                    "role",
                    "worker",
                    "labels",
                    Map.of("modelfleet.dev/accelerator", "gpu"),
                    "extraMounts",
                    mounts)));
    assertThat(config.hostsFile())
        .hasToString("/s/demo/certs.d/registry.modelfleet.local:5000/hosts.toml");
    assertThat(config.hosts()).contains("[host.'http://registry.modelfleet.local:5000']");
  }

  @Test
  void theRegistryJoinsTheClustersNetworkUnderItsNameAndDeletesManifests() {
    assertThat(config.runRegistry())
        .contains(
            "--network=modelfleet-demo",
            "--network-alias=registry.modelfleet.local",
            "--publish=127.0.0.1::5000",
            "--env=REGISTRY_STORAGE_DELETE_ENABLED=true");
    assertThat(config.createCluster("kind", "kindest/node:v9"))
        .containsSequence("env", "KIND_EXPERIMENTAL_DOCKER_NETWORK=modelfleet-demo", "kind")
        .contains("--name=demo", "--image=kindest/node:v9", "--kubeconfig=/s/demo/kubeconfig");
  }

  @Test
  void theSecondWorkerShowsTheGpu() {
    assertThat(config.worker(0)).isEqualTo("demo-worker");
    assertThat(config.showGpus("kubectl", 1))
        .contains(
            "demo-worker2",
            "--subresource=status",
            "--patch={\"status\":{\"capacity\":{\"nvidia.com/gpu\":\"1\"},"
                + "\"allocatable\":{\"nvidia.com/gpu\":\"1\"}}}");
  }

  @Test
  void removalTakesClusterRegistryNetworkAndFiles() {
    assertThat(config.remove("kind"))
        .extracting(command -> String.join(" ", command))
        .containsExactly(
            "kind delete cluster --name=demo --kubeconfig=/s/demo/kubeconfig",
            "docker rm --force --volumes modelfleet-demo-registry",
            "docker network rm modelfleet-demo",
            "rm -rf /s/demo");
  }
}
