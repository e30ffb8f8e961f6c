package dev.modelfleet.operator.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubAccessTest {

  @TempDir private Path folder;

  @Test
  void aTokensFileIsReadAgainEachTime() throws IOException {
    Path token = Files.writeString(folder.resolve("token"), "first\n");
    Path kubeconfig =
        Files.writeString(
            folder.resolve("kubeconfig"),
            """
            apiVersion: v1
            kind: Config
            clusters: [{name: hub, cluster: {server: "https://hub.example.com:6443"}}]
            users: [{name: agent, user: {tokenFile: token}}]
            contexts: [{name: hub, context: {cluster: hub, user: agent}}]
            current-context: hub
            """);
    try (KubernetesClient client = HubAccess.client(kubeconfig)) {
      var provider = client.getConfiguration().getOauthTokenProvider();
      assertThat(provider.getToken()).isEqualTo("first");
      Files.writeString(token, "second\n");
      assertThat(provider.getToken()).isEqualTo("second");
    }
  }

  @Test
  void aFileThatIsNoKubeconfigIsNamed() throws IOException {
    Path other = Files.writeString(folder.resolve("other"), "[this, is, a, list]");
    assertThatThrownBy(() -> HubAccess.client(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(other + " is not a kubeconfig");
  }
}
