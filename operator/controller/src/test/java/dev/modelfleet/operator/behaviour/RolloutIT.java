package dev.modelfleet.operator.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.RolloutActions;
import dev.modelfleet.operator.harness.GatewayApi;
import dev.modelfleet.operator.harness.OperatorUnderTest;
import dev.modelfleet.operator.harness.SampleFleet;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** New revisions reach the pods, stand still while paused, and are taken back when they fail. */
@WithTestCluster(nodes = 0)
class RolloutIT {

  private static final String ROUTED =
      """
      {"targets":[{"name":"pool","hardwareTargetRef":{"name":"%s"}\
      ,"route":{"gateways":[{"name":"public"}],"hostnames":["m.example.com"]}}]}
      """;

  private OperatorUnderTest test;
  private SampleFleet fleet;

  @BeforeEach
  void start(TestCluster cluster) {
    test = new OperatorUnderTest(cluster);
    test.nodes().script(Samples::succeeds);
    fleet = new SampleFleet(test);
    test.start();
  }

  @AfterEach
  void stop() {
    test.close();
  }

  @Test
  void aNewModelIsRolledOutAndTheOldRevisionIsKept() {
    ModelDeployment first = fleet.deployed("m");
    editModel("models/next:2");

    ModelDeployment second = test.awaitReason("m", "Ready", "Ready");

    assertThat(second.getStatus().currentRevision())
        .isNotEqualTo(first.getStatus().currentRevision());
    assertThat(test.variants()).hasSize(2);
    assertThat(
            test.client()
                .apps()
                .controllerRevisions()
                .inNamespace(test.namespace())
                .list()
                .getItems())
        .hasSize(2);
  }

  @Test
  void aPausedRolloutBuildsAndReplacesNothing() {
    fleet.deployed("m");
    String before = served();
    fleet.edit("m", "{\"rollout\":{\"paused\":true}}");
    editModel("models/next:2");

    ModelDeployment paused =
        test.awaitDeployment(
            "m",
            md ->
                md.getStatus().phase() == DeploymentPhase.PAUSED
                    && OperatorUnderTest.condition(md, "VariantsReady").orElseThrow().isTrue());
    assertThat(OperatorUnderTest.condition(paused, "Paused")).isPresent();
    assertThat(served()).isEqualTo(before);

    fleet.edit("m", "{\"rollout\":{\"paused\":false}}");
    ModelDeployment after = test.awaitReason("m", "Ready", "Ready");
    assertThat(served()).isNotEqualTo(before);
    assertThat(OperatorUnderTest.condition(after, "Paused")).isEmpty();
  }

  @Test
  void aRevisionThatDoesNotBecomeReadyIsRolledBack() {
    ModelDeployment good = fleet.deployed("m");
    String variant = served();
    fleet.edit("m", "{\"rollout\":{\"progressDeadlineSeconds\":10}}");
    test.nodes().hold(true);
    editModel("models/bad:2");
    test.awaitReason("m", "Progressing", "RollingOut");

    test.advance(Duration.ofSeconds(30));
    ModelDeployment after = test.awaitReason("m", "Progressing", "ProgressDeadlineExceeded");

    assertThat(after.getStatus().phase()).isEqualTo(DeploymentPhase.DEGRADED);
    assertThat(after.getStatus().message())
        .contains("back to revision " + good.getStatus().currentRevision());
    assertThat(after.getStatus().rejectedRevisions()).hasSize(1);
    OperatorUnderTest.await(this::served, variant::equals, s -> s);
    test.nodes().hold(false);
    test.awaitReason("m", "Stalled", "ProgressDeadlineExceeded");
    assertThat(test.events("ModelDeployment", "RolledBack")).hasSize(1);

    editModel("models/good:3");
    test.awaitReason("m", "Ready", "Ready");
  }

  @Test
  void scalingIsNoNewRevision() {
    ModelDeployment first = fleet.deployed("m");

    fleet.edit(
        "m",
        "{\"targets\":[{\"name\":\"pool\",\"replicas\":3,\"hardwareTargetRef\":{\"name\":\"%s\"}}]}"
            .formatted(fleet.target()));

    ModelDeployment after =
        test.awaitDeployment(
            "m",
            md ->
                md.getStatus().ready() == 3
                    && md.getStatus()
                        .observedGeneration()
                        .equals(md.getMetadata().getGeneration()));
    assertThat(after.getStatus().currentRevision()).isEqualTo(first.getStatus().currentRevision());
    assertThat(test.nodes().jobs().stream().filter(Samples::isBuild)).hasSize(1);
  }

  @Test
  void aRouteGivesACanaryExactlyItsShareOfRequests() {
    fleet.deployed("m");
    fleet.edit("m", ROUTED.formatted(fleet.target()));
    ModelDeployment refused = test.awaitReason("m", "Accepted", "GatewayApiMissing");
    assertThat(OperatorUnderTest.condition(refused, "Available").orElseThrow().isTrue()).isTrue();
    assertThat(refused.getStatus().message()).contains("install the Gateway API or remove route");
    try (GatewayApi gateway = GatewayApi.install(test.client(), test.namespace())) {
      test.advance(Duration.ofMinutes(1));
      fleet.edit(
          "m",
          "{\"rollout\":{\"waves\":[{\"name\":\"canary\",\"percent\":\"5%\",\"pause\":true}]}}");
      test.awaitReason("m", "Ready", "Ready");
      gateway.awaitBackends("m-pool", "m-pool=1");
      assertThat(gateway.route("m-pool").getSpec().getHostnames()).containsExactly("m.example.com");

      editModel("models/next:2");
      ModelDeployment waiting = test.awaitReason("m", "Progressing", "AwaitingPromotion");
      gateway.awaitBackends("m-pool", "m-pool-stable=9500", "m-pool-canary=500");
      assertThat(selector("m-pool-stable")).containsEntry(Labels.VARIANT, served());
      assertThat(selector("m-pool-canary")).containsEntry(Labels.TRACK, "canary");

      promote(waiting.getStatus().updateRevision());
      test.awaitReason("m", "Ready", "Ready");
      gateway.awaitBackends("m-pool", "m-pool=1");

      fleet.edit("m", ROUTED.replaceAll(",\"route.*", "}]}").formatted(fleet.target()));
      OperatorUnderTest.await(
          () -> Optional.ofNullable(gateway.route("m-pool")), Optional::isEmpty, String::valueOf);
      OperatorUnderTest.await(this::services, List.of("m-pool")::equals, String::valueOf);
    }
  }

  private void promote(String revision) {
    test.client()
        .resources(ModelDeployment.class)
        .inNamespace(test.namespace())
        .withName("m")
        .edit(
            md -> {
              md.getMetadata().getAnnotations().put(RolloutActions.PROMOTE, revision + "/*");
              return md;
            });
  }

  private Map<String, String> selector(String service) {
    return test.client()
        .services()
        .inNamespace(test.namespace())
        .withName(service)
        .get()
        .getSpec()
        .getSelector();
  }

  private List<String> services() {
    return test.client().services().inNamespace(test.namespace()).list().getItems().stream()
        .map(service -> service.getMetadata().getName())
        .toList();
  }

  private void editModel(String name) {
    String uri = test.registry().push(name, name);
    fleet.edit("m", "{\"model\":{\"uri\":\"" + uri + "\"}}");
  }

  private String served() {
    Deployment deployment =
        test.client().apps().deployments().inNamespace(test.namespace()).withName("m-pool").get();
    return deployment.getMetadata().getLabels().get(Labels.VARIANT);
  }
}
