package dev.modelfleet.operator.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.RolloutActions;
import dev.modelfleet.api.v1alpha1.WavePhase;
import dev.modelfleet.api.v1alpha1.WaveStatus;
import dev.modelfleet.operator.analysis.Measurements;
import dev.modelfleet.operator.analysis.decide.QueryAnalysis;
import dev.modelfleet.operator.harness.OperatorUnderTest;
import dev.modelfleet.operator.harness.SampleFleet;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.operator.harness.StandInPrometheus;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A revision goes over three nodes in waves, and people act on it by annotations. */
@WithTestCluster(nodes = 0)
class WavesIT {

  private static final String WAVES =
      """
      {"rollout":{"waves":[
        {"name":"canary","selector":{"nodes":{"canary":"%s"}},"pause":true},
        {"name":"second","selector":{"nodes":{"second":"%s"}}}]}}
      """;

  private static final String ANALYSIS =
      """
      {"rollout":{"waves":[{"name":"canary","selector":{"nodes":{"canary":"%s"}}}],
        "analysis":{"prometheus":{"address":"%s","bearerTokenSecretRef":{"name":"prometheus"},
          "queries":[{"name":"errors","query":"max(a{v='{{variant}}',t='{{target}}'})","max":"1"}]}}}}
      """;

  private OperatorUnderTest test;
  private SampleFleet fleet;
  private String ns;

  @BeforeEach
  void start(TestCluster cluster) {
    test = new OperatorUnderTest(cluster);
    test.nodes().script(Samples::succeeds);
    fleet = new SampleFleet(test);
    ns = test.namespace();
    String edge = "edge-" + ns;
    test.nodes().addNode(edge + "-1", Map.of("test", edge, "canary", ns), Map.of());
    test.nodes().addNode(edge + "-2", Map.of("test", edge, "second", ns), Map.of());
    test.nodes().addNode(edge + "-3", Map.of("test", edge), Map.of());
    test.create(Samples.target(edge, "PerNode", edge));
    test.start();
    test.create(
        Samples.deployment(
            ns,
            "m",
            test.registry().push("models/first:1", "first"),
            "embeddings",
            "edge=" + edge));
    fleet.edit("m", WAVES.formatted(ns, ns));
    test.awaitReason("m", "Ready", "Ready");
  }

  @AfterEach
  void stop() {
    test.client().resources(ModelDeployment.class).inNamespace(ns).withName("m").delete();
    test.close();
  }

  @Test
  void aPausedWaveIsPromotedAndTheRestFollows() {
    String before = variants().values().iterator().next();
    editModel("models/second:1");

    ModelDeployment waiting = awaitReasonNow("AwaitingPromotion");

    assertThat(phases(waiting))
        .containsExactly(WavePhase.AWAITING_PROMOTION, WavePhase.PENDING, WavePhase.PENDING);
    assertThat(OperatorUnderTest.condition(waiting, "Paused")).isPresent();
    String after = waiting.getStatus().targetStatuses().getFirst().variant();
    awaitVariants(after, before, before);
    assertThat(test.events("ModelDeployment", "WaveAwaitsPromotion")).hasSize(1);

    annotate(RolloutActions.PROMOTE, waiting.getStatus().updateRevision() + "/canary");
    ModelDeployment done = test.awaitReason("m", "Ready", "Ready");

    assertThat(phases(done)).containsOnly(WavePhase.COMPLETE);
    awaitVariants(after, after, after);
    assertThat(daemonSets()).isEqualTo(1);
  }

  @Test
  void aRevisionThatDisagreesOnTheFirstNodeIsTakenBackAndTriedAgainOnDemand() {
    String before = variants().values().iterator().next();
    test.nodes().failOn("edge-" + ns + "-1", true);
    editModel("models/bad:1");

    ModelDeployment failed = test.awaitReason("m", "Progressing", "GoldenMismatch");

    assertThat(failed.getStatus().rejectedRevisions())
        .singleElement()
        .satisfies(
            rejected -> {
              assertThat(rejected.reason()).isEqualTo("GoldenMismatch");
              assertThat(rejected.message()).contains("wave canary").contains("cosine 0.1");
            });
    assertThat(phases(failed)).startsWith(WavePhase.FAILED).endsWith(WavePhase.PENDING);
    test.nodes().failOn("edge-" + ns + "-1", false);
    awaitVariants(before, before, before);

    annotate(RolloutActions.RETRY, failed.getStatus().updateRevision() + "@" + Instant.now());
    awaitReasonNow("AwaitingPromotion");
    annotate(RolloutActions.PROMOTE, failed.getStatus().updateRevision() + "/*");
    ModelDeployment after = test.awaitReason("m", "Ready", "Ready");
    assertThat(after.getStatus().rejectedRevisions()).isEmpty();
  }

  @Test
  void aQueryWithoutAnswerHoldsAWaveAndABadValueTakesItBack() {
    String before = variants().values().iterator().next();
    try (StandInPrometheus prometheus = new StandInPrometheus("t0ken")) {
      test.create(
          new SecretBuilder()
              .withNewMetadata()
              .withName("prometheus")
              .withNamespace(ns)
              .endMetadata()
              .addToStringData("token", "t0ken")
              .build());
      fleet.edit("m", ANALYSIS.formatted(ns, prometheus.address()));
      editModel("models/second:1");
      ModelDeployment held =
          test.awaitDeployment("m", md -> md.getStatus().message().contains("status 503"));
      assertThat(phases(held)).containsExactly(WavePhase.ANALYZING, WavePhase.PENDING);
      assertThat(OperatorUnderTest.condition(held, "Progressing"))
          .hasValueSatisfying(c -> assertThat(c.reason()).isEqualTo("AnalysisPending"));
      String after = held.getStatus().targetStatuses().getFirst().variant();
      assertThat(prometheus.asked()).contains(after).contains("edge");
      awaitVariants(after, before, before);

      prometheus.gives("2");
      for (int look = 1; look <= QueryAnalysis.IN_A_ROW; look++) {
        String said =
            look < QueryAnalysis.IN_A_ROW ? ": " + look + " of" : "max of 1, 3 times in a row";
        test.advance(Measurements.INTERVAL);
        annotate("test/look", Integer.toString(look));
        test.awaitDeployment("m", md -> md.getStatus().message().contains(said));
      }
    }

    ModelDeployment failed = test.awaitReason("m", "Progressing", "AnalysisFailed");
    assertThat(failed.getStatus().rejectedRevisions().getFirst().message())
        .contains(
            "query errors for target edge gave 2, which is above its max of 1, 3 times in a row");
    awaitVariants(before, before, before);
  }

  @Test
  void anAbortedRevisionIsTakenBackAndAnOldOneComesBackByUndo() {
    ModelDeployment first = test.awaitReason("m", "Ready", "Ready");
    String before = variants().values().iterator().next();
    editModel("models/second:1");
    ModelDeployment waiting = awaitReasonNow("AwaitingPromotion");
    String second = waiting.getStatus().updateRevision();
    annotate(RolloutActions.ABORT, second + "@" + Instant.now());
    ModelDeployment aborted = test.awaitReason("m", "Stalled", "Aborted");
    assertThat(variants().values()).containsOnly(before);
    assertThat(aborted.getStatus().message()).contains("rolled back to revision");

    annotate(RolloutActions.RETRY, second + "@" + Instant.now());
    awaitReasonNow("AwaitingPromotion");
    annotate(RolloutActions.ABORT, second + "@" + Instant.now());
    test.awaitReason("m", "Stalled", "Aborted");
    assertThat(variants().values()).containsOnly(before);

    editModel("models/third:1");
    ModelDeployment third = awaitReasonNow("AwaitingPromotion");
    annotate(RolloutActions.PROMOTE, third.getStatus().updateRevision() + "/*");
    ModelDeployment done = test.awaitReason("m", "Ready", "Ready");
    annotate(
        RolloutActions.UNDO,
        first.getStatus().currentRevision() + "@" + done.getMetadata().getGeneration());

    test.awaitDeployment(
        "m", md -> first.getStatus().currentRevision().equals(md.getStatus().currentRevision()));
    awaitVariants(before, before, before);
  }

  @Test
  void anAnnotationPausesAndOneThatIsNotUnderstoodIsTold() {
    String before = variants().values().iterator().next();
    annotate(RolloutActions.PAUSED, "true");
    annotate(RolloutActions.PROMOTE, "nonsense");
    editModel("models/second:1");
    test.awaitReason("m", "Paused", "RolloutPaused");
    OperatorUnderTest.await(
        () -> test.events("ModelDeployment", "InvalidRequest"),
        l -> l.size() == 1,
        String::valueOf);
    assertThat(variants().values()).containsOnly(before);

    annotate(RolloutActions.PAUSED, "false");
    awaitReasonNow("AwaitingPromotion");
  }

  private ModelDeployment awaitReasonNow(String reason) {
    return test.awaitReason("m", "Progressing", reason);
  }

  private static List<WavePhase> phases(ModelDeployment deployment) {
    return deployment.getStatus().waves().stream().map(WaveStatus::phase).toList();
  }

  /** Waits until the three nodes serve these, in the order of their names. */
  private void awaitVariants(String... wanted) {
    OperatorUnderTest.await(
        () -> List.copyOf(variants().values()), List.of(wanted)::equals, String::valueOf);
  }

  /** The variant that each node's ready pod serves, by node. */
  private Map<String, String> variants() {
    Map<String, String> variants = new TreeMap<>();
    Predicate<Pod> serves =
        pod ->
            "serve".equals(pod.getMetadata().getLabels().get(Labels.COMPONENT))
                && pod.getMetadata().getDeletionTimestamp() == null;
    test.client().pods().inNamespace(ns).list().getItems().stream()
        .filter(serves)
        .forEach(
            pod ->
                variants.merge(
                    pod.getSpec().getNodeName(),
                    pod.getMetadata().getLabels().get(Labels.VARIANT),
                    (a, b) -> a + "+" + b));
    return variants;
  }

  private int daemonSets() {
    return test.client().apps().daemonSets().inNamespace(ns).list().getItems().size();
  }

  private void annotate(String key, String value) {
    test.client()
        .resources(ModelDeployment.class)
        .inNamespace(ns)
        .withName("m")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"metadata\":{\"annotations\":{\"%s\":\"%s\"}}}".formatted(key, value));
  }

  private void editModel(String name) {
    String uri = test.registry().push(name, name);
    fleet.edit("m", "{\"model\":{\"uri\":\"" + uri + "\"}}");
  }
}
