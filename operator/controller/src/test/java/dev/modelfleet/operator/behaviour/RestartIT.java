package dev.modelfleet.operator.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.operator.harness.OperatorUnderTest;
import dev.modelfleet.operator.harness.SampleFleet;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.operator.harness.StandInNodes.JobEnd;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An operator that ends in any phase and starts again comes to the same end, with no Job twice. */
@WithTestCluster(nodes = 0)
class RestartIT {

  private OperatorUnderTest test;
  private SampleFleet fleet;

  @BeforeEach
  void start(TestCluster cluster) {
    test = new OperatorUnderTest(cluster);
    fleet = new SampleFleet(test);
  }

  @AfterEach
  void stop() {
    test.close();
  }

  @Test
  void beforeItSawAnything() {
    fleet.deploy("m");
    test.nodes().script(Samples::succeeds);
    test.start();
    assertSameEnd();
  }

  @Test
  void whileBuilding() {
    test.start();
    fleet.deploy("m");
    test.awaitVariant(v -> v.getStatus().phase() == VariantPhase.BUILDING);
    restartMeanwhile(Samples::succeeds);
    assertSameEnd();
  }

  @Test
  void whenTheBuildEndedUnseen() {
    test.start();
    fleet.deploy("m");
    test.awaitVariant(v -> v.getStatus().phase() == VariantPhase.BUILDING);
    test.stop();
    test.nodes().script(Samples::succeeds);
    OperatorUnderTest.await(
        () -> test.client().batch().v1().jobs().inNamespace(test.namespace()).list().getItems(),
        jobs -> jobs.stream().allMatch(j -> j.getStatus().getSucceeded() != null),
        j -> j);
    test.start();
    assertSameEnd();
  }

  @Test
  void whileProbing() {
    test.nodes().script(job -> Samples.isBuild(job) ? Samples.published(job) : new JobEnd.NotYet());
    test.start();
    fleet.deploy("m");
    test.awaitVariant(v -> v.getStatus().phase() == VariantPhase.PROBING);
    restartMeanwhile(Samples::succeeds);
    assertSameEnd();
  }

  @Test
  void whileRollingOut() {
    test.nodes().script(Samples::succeeds);
    test.nodes().hold(true);
    test.start();
    fleet.deploy("m");
    test.awaitReason("m", "Progressing", "RollingOut");
    test.stop();
    test.nodes().hold(false);
    test.start();
    assertSameEnd();
  }

  private void restartMeanwhile(Function<Job, JobEnd> script) {
    test.stop();
    test.nodes().script(script);
    test.start();
  }

  private void assertSameEnd() {
    ModelDeployment ready = test.awaitReason("m", "Ready", "Ready");
    assertThat(ready.getStatus().readiness()).isEqualTo("1/1");
    assertThat(test.variants()).hasSize(1);
    assertThat(test.nodes().jobs()).hasSize(2);
    assertThat(test.events("ModelDeployment", "RolloutComplete")).hasSize(1);
    assertThat(test.events("ModelDeployment", "VariantReady")).hasSize(1);
  }
}
