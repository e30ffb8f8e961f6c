package dev.modelfleet.operator.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.operator.harness.OperatorUnderTest;
import dev.modelfleet.operator.harness.SampleFleet;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** New revisions reach the pods, stand still while paused, and are taken back when they fail. */
@WithTestCluster(nodes = 0)
class RolloutIT {

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
