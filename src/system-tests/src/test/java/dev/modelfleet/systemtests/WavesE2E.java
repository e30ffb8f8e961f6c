package dev.modelfleet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.WavePhase;
import dev.modelfleet.api.v1alpha1.WaveStatus;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Revisions go over three real nodes in three waves while a client calls all along: a good one with
 * a pause and a soak, and one whose file is damaged on the first node after its proof. What people
 * do is done by plain {@code kubectl annotate} and by the plugin, each action in both ways.
 */
@WithTestCluster(nodes = 4)
class WavesE2E {

  private static final String NAMESPACE = "waves";
  private static Product product;

  @TempDir private Path files;
  private Workspace workspace;
  private SteadyClient client;

  @BeforeAll
  static void install(TestCluster cluster) {
    product = Product.install(cluster);
  }

  @AfterAll
  static void remove() {
    product.close();
  }

  @BeforeEach
  void deploy() throws IOException {
    workspace = new Workspace(product, NAMESPACE);
    workspace.applyEdgeTarget("waves-edge");
    apply(1);
    workspace.awaitReady("m");
    client = new SteadyClient(workspace, "m", "edge-1");
  }

  @AfterEach
  void delete() {
    client.close();
    workspace.deleteTargets("waves-edge");
    workspace.close();
  }

  @Test
  void aGoodRevisionGoesThroughThreeWavesAndCanBeUndone() throws Exception {
    String first = workspace.awaitReady("m").getStatus().currentRevision();
    String before = onlyVariant();
    apply(2);

    ModelDeployment waiting = awaitReason("AwaitingPromotion");
    assertThat(phases(waiting))
        .containsExactly(WavePhase.AWAITING_PROMOTION, WavePhase.PENDING, WavePhase.PENDING);
    assertThat(served().get("edge-1")).isNotEqualTo(before);
    assertThat(served()).containsEntry("edge-2", before).containsEntry("edge-3", before);
    plugin("pause");
    awaitReason("RolloutPaused");
    plugin("resume");
    awaitReason("AwaitingPromotion");

    String revision = waiting.getStatus().updateRevision();
    annotate("promote=" + revision + "/canary");
    ModelDeployment soaking = awaitReason("Soaking");
    assertThat(phases(soaking))
        .containsExactly(WavePhase.COMPLETE, WavePhase.SOAKING, WavePhase.PENDING);
    assertThat(soaking.getStatus().waves().get(1).soakUntil()).isNotBlank();
    assertThat(served()).containsEntry("edge-3", before);

    ModelDeployment done = workspace.awaitReady("m");
    assertThat(done.getStatus().currentRevision()).isEqualTo(revision);
    assertThat(phases(done)).containsOnly(WavePhase.COMPLETE);
    String after = onlyVariant();
    assertThat(after).isNotEqualTo(before);

    annotate("undo=" + first + "@" + done.getMetadata().getGeneration());
    awaitServed(first);
    assertThat(onlyVariant()).isEqualTo(before);
    plugin("undo", "--to-revision", revision);
    awaitServed(revision);
    assertThat(onlyVariant()).isEqualTo(after);
    assertNoRequestFailed();
  }

  @Test
  void aRevisionThatDisagreesOnTheFirstDeviceIsTakenBack() throws Exception {
    String before = onlyVariant();
    annotate("paused=true");
    apply(3);
    workspace.await(
        "m",
        md ->
            Workspace.condition(md, "VariantsReady").filter(Condition::isTrue).isPresent()
                && Workspace.condition(md, "Paused").isPresent()
                && !md.getStatus().currentRevision().equals(md.getStatus().updateRevision()));
    Damage damage = Damage.of(product.cluster(), "edge-1", files.resolve("m3.onnx"));
    damage.inflict();
    annotate("paused=false");

    ModelDeployment failed = awaitBack("GoldenMismatch");

    assertThat(failed.getStatus().rejectedRevisions())
        .singleElement()
        .satisfies(
            rejected -> {
              assertThat(rejected.reason()).isEqualTo("GoldenMismatch");
              assertThat(rejected.message()).contains("edge-1").contains("golden inputs disagree");
            });
    assertThat(phases(failed))
        .containsExactly(WavePhase.FAILED, WavePhase.PENDING, WavePhase.PENDING);
    assertThat(onlyVariant()).isEqualTo(before);
    assertNoRequestFailed();

    damage.repair();
    triedAgainAndGivenUp(failed.getStatus().updateRevision(), before);
  }

  /** A revision that was rejected is tried again and aborted, by both ways to ask for it. */
  private void triedAgainAndGivenUp(String revision, String before) {
    annotate("retry=" + revision + "@" + Instant.now());
    awaitReason("AwaitingPromotion");
    plugin("abort");
    awaitBack("Aborted");
    assertThat(onlyVariant()).isEqualTo(before);

    plugin("retry");
    awaitReason("AwaitingPromotion");
    annotate("abort=" + revision + "@" + Instant.now());
    awaitBack("Aborted");
    assertThat(onlyVariant()).isEqualTo(before);

    annotate("retry=" + revision + "@" + Instant.now());
    awaitReason("AwaitingPromotion");
    plugin("promote", "--all");
    awaitServed(revision);
    assertThat(onlyVariant()).isNotEqualTo(before);
    assertNoRequestFailed();
  }

  private void apply(int seed) throws IOException {
    String model =
        product.push(
            NAMESPACE + "/model:" + seed,
            TinyModel.write(files.resolve("m" + seed + ".onnx"), seed));
    workspace.apply(
        """
        apiVersion: modelfleet.dev/v1alpha1
        kind: ModelDeployment
        metadata:
          name: m
        spec:
          model: {uri: "%s"}
          targets:
            - name: edge
              hardwareTargetRef: {name: waves-edge}
          rollout:
            waves:
              - name: canary
                selector: {nodes: {kubernetes.io/hostname: edge-1}}
                pause: true
              - name: second
                selector: {nodes: {kubernetes.io/hostname: edge-2}}
                soak: 5s
        """
            .formatted(model));
  }

  private void annotate(String request) {
    product
        .kubectl()
        .run(
            "annotate",
            "--overwrite",
            "-n",
            NAMESPACE,
            "modeldeployment",
            "m",
            "rollout.modelfleet.dev/" + request);
  }

  private void plugin(String action, String... arguments) {
    product.plugin(
        NAMESPACE,
        Stream.concat(Stream.of(action, "m"), Stream.of(arguments)).toArray(String[]::new));
  }

  private ModelDeployment awaitReason(String reason) {
    return await("Progressing", reason);
  }

  /** Waits until the last good revision is said to be everywhere again. */
  private ModelDeployment awaitBack(String reason) {
    return await("Stalled", reason);
  }

  private ModelDeployment await(String condition, String reason) {
    return workspace.await(
        "m",
        md ->
            Workspace.condition(md, condition)
                .filter(found -> reason.equals(found.reason()))
                .isPresent());
  }

  private void awaitServed(String revision) {
    workspace.await(
        "m",
        md ->
            revision.equals(md.getStatus().currentRevision())
                && Workspace.condition(md, "Ready").filter(Condition::isTrue).isPresent());
  }

  private static List<WavePhase> phases(ModelDeployment deployment) {
    return deployment.getStatus().waves().stream().map(WaveStatus::phase).toList();
  }

  /** The variant that all nodes serve. */
  private String onlyVariant() {
    Map<String, String> served = served();
    assertThat(served).containsOnlyKeys("edge-1", "edge-2", "edge-3");
    assertThat(served.values().stream().distinct()).hasSize(1);
    return served.get("edge-1");
  }

  /** The variant of each node's ready pod that stays. */
  private Map<String, String> served() {
    Map<String, String> served = new TreeMap<>();
    workspace
        .client()
        .pods()
        .inNamespace(NAMESPACE)
        .withLabel("app.kubernetes.io/component", "serve")
        .list()
        .getItems()
        .stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .filter(WavesE2E::isReady)
        .forEach(
            pod ->
                served.put(
                    pod.getSpec().getNodeName(),
                    pod.getMetadata().getLabels().get("modelfleet.dev/variant")));
    return served;
  }

  private static boolean isReady(Pod pod) {
    return pod.getStatus().getConditions().stream()
        .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
  }

  private void assertNoRequestFailed() {
    assertThat(client.failures()).isEmpty();
    assertThat(client.answers()).isGreaterThan(20);
  }

  /**
   * A model's file as one node keeps it, found by its content: what a bad flash cell does, done by
   * hand. Only clusters of this machine let their nodes' files be reached.
   */
  private record Damage(Path file, byte[] content) {

    static Damage of(TestCluster cluster, String node, Path model) throws IOException {
      byte[] content = Files.readAllBytes(model);
      Path nodes =
          cluster
              .kubeconfig()
              .resolveSibling("nodes")
              .resolve(node)
              .resolve("lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots");
      assumeTrue(Files.isDirectory(nodes), "the nodes' files can't be reached from here");
      try (Stream<Path> found = Files.walk(nodes)) {
        Path file =
            found
                .filter(path -> path.getFileName().toString().equals("model.onnx"))
                .filter(path -> hasContent(path, content))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no copy of " + model + " in " + nodes));
        return new Damage(file, content);
      }
    }

    private static boolean hasContent(Path file, byte[] content) {
      try {
        return Files.isRegularFile(file) && Arrays.equals(Files.readAllBytes(file), content);
      } catch (IOException e) {
        return false;
      }
    }

    /** Half of the weights become zero; the file is still a model. */
    void inflict() throws IOException {
      byte[] damaged = content.clone();
      Arrays.fill(damaged, damaged.length / 4, damaged.length / 2, (byte) 0);
      Files.write(file, damaged);
    }

    void repair() throws IOException {
      Files.write(file, content);
    }
  }
}
