package dev.modelfleet.testclusters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelfleet.testclusters.local.LocalProvider;
import dev.modelfleet.testclusters.local.StateDirectory;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** However a cluster ends, this host looks afterwards as it did before. */
class ClusterEndE2E {
  private final LocalProvider provider =
      new LocalProvider(StateDirectory.root(), System.out::println);

  @BeforeEach
  void skipWhereNoNodeCanRun() {
    Optional<String> reason = provider.unavailable(ClusterSpec.named("any").withNodes(1));
    assumeTrue(reason.isEmpty(), () -> reason.orElse(""));
  }

  @Test
  void closingLeavesNothing() {
    String name = "end-close-" + ProcessHandle.current().pid();
    TestCluster cluster = provider.start(ClusterSpec.named(name).withNodes(1));
    runPod(cluster);
    assertThat(provider.remains(name)).anyMatch(line -> line.contains("containerd-shim"));

    cluster.close();

    assertThat(provider.remains(name)).isEmpty();
  }

  @Test
  void interruptingLeavesNothing() throws Exception {
    String name = "end-interrupt-" + ProcessHandle.current().pid();
    Process starter = start(name);

    starter.destroy();

    assertThat(starter.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(provider.remains(name)).isEmpty();
  }

  @Test
  void theNextStartRemovesWhatAKilledStarterLeft() throws Exception {
    String name = "end-kill-" + ProcessHandle.current().pid();
    Process starter = start(name);

    starter.destroyForcibly().waitFor();

    assertThat(provider.remains(name)).anyMatch(line -> line.contains("kubelet"));
    ClusterSpec next = ClusterSpec.named("after-" + name).withNodes(0);
    try (TestCluster cluster = provider.start(next)) {
      assertThat(provider.remains(name)).isEmpty();
      assertThat(cluster.kubeconfig()).exists();
    }
    assertThat(provider.remains(next.name())).isEmpty();
  }

  @Test
  void aKeptClusterIsFoundAgainAndOutlivesItsStarter() throws Exception {
    String name = "end-keep-" + ProcessHandle.current().pid();
    Process starter = command("up", "--keep", "--nodes=1", "--name=" + name);
    assertThat(starter.waitFor(120, TimeUnit.SECONDS)).isTrue();
    try (TestCluster cluster = provider.start(ClusterSpec.named(name).withNodes(1))) {
      runPod(cluster);
    }
    assertThat(provider.remains(name)).anyMatch(line -> line.contains("kubelet"));

    assertThat(provider.remove(name)).isTrue();

    assertThat(provider.remains(name)).isEmpty();
    assertThat(provider.remove(name)).isFalse();
  }

  /** Starts the command and returns once its cluster is ready. */
  private static Process start(String name) throws IOException {
    Process starter = command("up", "--nodes=1", "--name=" + name);
    BufferedReader output = starter.inputReader(StandardCharsets.UTF_8);
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.contains("Press Ctrl-C")) {
        return starter;
      }
    }
    throw new AssertionError("the cluster did not start");
  }

  private static Process command(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                TestClusterCommand.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static void runPod(TestCluster cluster) {
    Config config = Config.fromKubeconfig(cluster.kubeconfig().toFile());
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
      client
          .resource(
              """
              apiVersion: v1
              kind: Pod
              metadata: {name: pod, namespace: default}
              spec:
                containers:
                - {name: main, image: "%s", command: [sleep, "600"]}
              """
                  .formatted(TestCluster.BUSYBOX_IMAGE))
          .create();
      client.pods().inNamespace("default").withName("pod").waitUntilReady(60, TimeUnit.SECONDS);
    }
  }
}
