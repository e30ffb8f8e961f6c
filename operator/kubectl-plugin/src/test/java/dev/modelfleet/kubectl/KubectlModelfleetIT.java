package dev.modelfleet.kubectl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.RolloutActions;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import dev.modelfleet.testclusters.host.HostCommand;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plugin on a real API server; the test plays the operator. */
@WithTestCluster(nodes = 0)
class KubectlModelfleetIT {

  private static final String NAMESPACE = "plugin";

  private TestCluster cluster;
  private KubernetesClient client;

  @BeforeEach
  void deploy(TestCluster given) {
    cluster = given;
    client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(cluster.kubeconfig().toFile()))
            .build();
    kubectl("apply", "-k", "../../crds");
    kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s");
    // A kind that was just established answers 429 until its storage is there; kubectl waits for
    // it.
    kubectl("get", "md,cpol,hwt,mv,ec,ed", "--all-namespaces");
    HostCommand.tryRun(
        List.of(
            cluster.kubectl().toString(),
            "--kubeconfig=" + cluster.kubeconfig(),
            "create",
            "namespace",
            NAMESPACE));
    ModelDeployment deployment = Serialization.unmarshal(Fixtures.SPEC, ModelDeployment.class);
    deployment.getMetadata().setNamespace(NAMESPACE);
    deployment.getMetadata().setUid(null);
    client.resource(deployment).create();
  }

  @AfterEach
  void remove() {
    client.resources(ModelDeployment.class).inNamespace(NAMESPACE).delete();
    client.close();
  }

  @Test
  void statusWatchesUntilTheRolloutIsOver() {
    report(Fixtures.AWAITS_PROMOTION);
    Result now = run("status", "minilm");
    Result timeout = run("status", "minilm", "--watch", "--timeout", "1s");
    CompletableFuture<Result> watched =
        CompletableFuture.supplyAsync(() -> run("status", "minilm", "--watch", "--timeout", "1m"));
    report(Fixtures.DONE);

    assertThat(now.code()).as(now.text()).isEqualTo(3);
    assertThat(now.text()).contains("AwaitingPromotion");
    assertThat(timeout.code()).as(timeout.text()).isEqualTo(3);
    assertThat(watched.join().code()).as(watched.join().text()).isZero();
    assertThat(watched.join().text()).contains("every target serves revision bbbb");
    report(Fixtures.ROLLED_BACK);
    assertThat(run("status", "minilm", "-w").code()).isEqualTo(2);
  }

  @Test
  void actionsAreAnnotations() {
    report(Fixtures.AWAITS_PROMOTION);
    assertThat(run("pause", "minilm").code()).isZero();
    assertThat(annotation(RolloutActions.PAUSED)).isEqualTo("true");
    assertThat(run("resume", "minilm").code()).isZero();
    assertThat(annotation(RolloutActions.PAUSED)).isNull();
    assertThat(run("promote", "minilm").code()).isZero();
    assertThat(annotation(RolloutActions.PROMOTE)).isEqualTo("bbbb/first");
    assertThat(run("abort", "minilm").code()).isZero();
    assertThat(annotation(RolloutActions.ABORT)).startsWith("bbbb@");
    report(Fixtures.ROLLED_BACK);
    assertThat(run("retry", "minilm").code()).isZero();
    assertThat(annotation(RolloutActions.RETRY)).startsWith("bbbb@");
    Result undo = run("undo", "minilm");
    assertThat(undo.code()).isEqualTo(1);
    assertThat(undo.text()).contains("there is no earlier revision");
  }

  @Test
  void planReadsTheFileAndWritesNothing(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("md.yaml"), Fixtures.SPEC);
    Result plan = run("plan", "-f", file.toString());

    assertThat(plan.code()).as(plan.text()).isZero();
    assertThat(plan.text()).contains("ModelDeployment minilm", "missing: create it", "WAVE");
  }

  @Test
  void whatIsWrongIsToldInALine() {
    Result missing = run("status", "nothing");
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.text())
        .contains("error: ModelDeployment nothing does not exist in namespace plugin");
    assertThat(run("status").text()).contains("NAME", "--help");
    assertThat(run("status").code()).isEqualTo(1);
    assertThat(run("status", "minilm", "-w", "--timeout", "soon").text())
        .contains("--timeout is soon: give a duration");
  }

  private record Result(int code, String text) {}

  private Result run(String... arguments) {
    StringWriter text = new StringWriter();
    PrintWriter writer = new PrintWriter(text, true);
    String[] all =
        Stream.concat(
                Stream.of(arguments),
                Stream.of("--kubeconfig", cluster.kubeconfig().toString(), "-n", NAMESPACE))
            .toArray(String[]::new);
    int code = KubectlModelfleet.run(writer, writer, all);
    return new Result(code, text.toString());
  }

  /** Writes a status for the generation that the object has. */
  private void report(String status) {
    ModelDeployment now =
        client.resources(ModelDeployment.class).inNamespace(NAMESPACE).withName("minilm").get();
    now.setStatus(
        Fixtures.deployment(
                status.replace(
                    "observedGeneration: 2",
                    "observedGeneration: " + now.getMetadata().getGeneration()))
            .getStatus());
    client.resource(now).updateStatus();
  }

  private String annotation(String key) {
    var annotations =
        client
            .resources(ModelDeployment.class)
            .inNamespace(NAMESPACE)
            .withName("minilm")
            .get()
            .getMetadata()
            .getAnnotations();
    return annotations == null ? null : annotations.get(key);
  }

  private void kubectl(String... arguments) {
    HostCommand.run(
        Stream.concat(
                Stream.of(cluster.kubectl().toString(), "--kubeconfig=" + cluster.kubeconfig()),
                Stream.of(arguments))
            .toArray(String[]::new));
  }
}
