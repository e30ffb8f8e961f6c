package dev.modelfleet.testclusters.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.testclusters.NodeSpec;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlPlaneTest {
  @TempDir Path root;

  private final NetworkPlan plan = new NetworkPlan(201);

  @Test
  void theRegistryDeletesManifests() {
    Map<?, ?> config =
        new KubernetesSerialization()
            .unmarshal(ControlPlane.registryConfig(Path.of("/r"), "127.0.0.1:5000"), Map.class);

    assertThat(config.get("storage"))
        .isEqualTo(
            Map.of("filesystem", Map.of("rootdirectory", "/r"), "delete", Map.of("enabled", true)));
    assertThat(((Map<?, ?>) config.get("http")).get("addr")).isEqualTo("127.0.0.1:5000");
  }

  @Test
  void theAuditPolicyLogsEveryWriteWithoutBodies() {
    Map<?, ?> policy =
        new KubernetesSerialization().unmarshal(ControlPlane.auditPolicy(), Map.class);

    assertThat((List<?>) policy.get("rules")).last().isEqualTo(Map.of("level", "Metadata"));
  }

  @Test
  void anExtraStageTakesThePlaceOfTheUsualOneOfItsName() {
    String usual =
        "---\nkind: Stage\nmetadata:\n  name: a\n---\nkind: Stage\nmetadata:\n  name: b\n";
    String extra = "kind: Stage\nmetadata:\n  name: b\nspec: {}\n";

    assertThat(ControlPlane.stages(usual, "")).isEqualTo(usual);
    assertThat(ControlPlane.stages(usual, extra))
        .isEqualTo("---\nkind: Stage\nmetadata:\n  name: a\n---\n" + extra);
  }

  @Test
  void anApiServerAloneNeedsNoRootAndNoFixedPort() {
    Layout one = Layout.apiOnly(5000);
    Layout two = Layout.apiOnly(5001);

    assertThat(one.namespace()).isEqualTo(Namespaces.HOST);
    assertThat(one.apiAddress()).isEqualTo("127.0.0.1");
    assertThat(List.of(one.apiPort(), one.etcdPort(), one.etcdPeerPort()))
        .doesNotHaveDuplicates()
        .doesNotContain(two.apiPort());
    assertThat(Layout.hub(plan, 5000).apiUrl()).isEqualTo("https://10.201.0.1:6443");
  }

  @Test
  void aNodesFilesNameItsOwnAddressesGroupAndMirror() throws IOException {
    StateDirectory directory = new StateDirectory(root.resolve("demo"));
    new NodeFiles(directory, plan, NodeSpec.gpu("gpu-1"), 2, null).write();

    Path folder = directory.node("gpu-1");
    Map<?, ?> kubelet =
        new KubernetesSerialization()
            .unmarshal(Files.readString(folder.resolve("kubelet.yaml")), Map.class);
    assertThat(kubelet.get("address")).isEqualTo("10.201.0.12");
    assertThat(kubelet.get("cgroupRoot")).isEqualTo("/modelfleet-demo/gpu-1");
    assertThat(kubelet.get("clusterDNS")).isEqualTo(List.of("10.201.0.1"));
    assertThat(kubelet.get("failCgroupV1")).isEqualTo(false);
    assertThat(folder.resolve("certs.d/registry.modelfleet.local:5000/hosts.toml"))
        .content()
        .contains("[host.'http://10.201.0.1:5000']");
    assertThat(folder.resolve("cni/10-modelfleet.conflist")).content().contains("10.201.2.0/24");
    assertThat(folder.resolve("containerd.toml"))
        .content()
        .contains("sandbox = 'modelfleet.local/pause:1'", "restrict_oom_score_adj = true");
  }

  @Test
  void everyProgramHasATokenOfItsOwnAndKubernetesOwnUser() throws IOException {
    StateDirectory directory = new StateDirectory(root.resolve("demo"));
    new Credentials(directory, List.of("edge-1")).write();

    List<String> lines = Files.readAllLines(directory.secrets().resolve("tokens.csv"));
    assertThat(lines)
        .anyMatch(line -> line.endsWith(",system:node:edge-1,system:node:edge-1,\"system:nodes\""))
        .anyMatch(line -> line.endsWith(",admin,admin,\"system:masters\""));
    assertThat(lines.stream().map(line -> line.split(",")[0])).doesNotHaveDuplicates();
    assertThat(Files.getPosixFilePermissions(directory.secrets())).hasSize(3);
  }
}
