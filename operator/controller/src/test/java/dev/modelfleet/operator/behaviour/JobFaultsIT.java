package dev.modelfleet.operator.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.operator.harness.OperatorUnderTest;
import dev.modelfleet.operator.harness.SampleFleet;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.operator.harness.StandInNodes.JobEnd;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs that are deleted, lose their pods or run out of memory are made again within bounds. */
@WithTestCluster(nodes = 0)
class JobFaultsIT {

  private OperatorUnderTest test;
  private SampleFleet fleet;

  @BeforeEach
  void start(TestCluster cluster) {
    test = new OperatorUnderTest(cluster);
    fleet = new SampleFleet(test);
    test.start();
  }

  @AfterEach
  void stop() {
    test.close();
  }

  @Test
  void aJobDeletedByHandIsMadeAgainOnce() {
    fleet.deploy("m");
    awaitBuilds(1);
    deleteJobs();
    awaitBuilds(2);
    assertThat(test.events("ModelVariant", "JobLost")).hasSize(1);

    deleteJobs();

    ModelVariant failed = test.awaitVariant(v -> v.getStatus().phase() == VariantPhase.FAILED);
    assertThat(condition(failed, "Built").message()).contains("for the second time");
    assertThat(failed.getStatus().retryTime()).isNotNull();
  }

  @Test
  void aResultThatIsGoneWithItsPodIsAskedForAgain() {
    test.nodes()
        .script(
            job ->
                Samples.isBuild(job) && job.getMetadata().getName().endsWith("-build-1")
                    ? new JobEnd.PodGone()
                    : Samples.succeeds(job));

    fleet.deployed("m");

    assertThat(test.nodes().jobs().stream().filter(Samples::isBuild)).hasSize(2);
  }

  @Test
  void aBuildOutOfMemorySaysSo() {
    test.nodes().script(job -> new JobEnd.OutOfMemory());

    fleet.deploy("m");

    ModelVariant failed = test.awaitVariant(v -> v.getStatus().phase() == VariantPhase.FAILED);
    assertThat(condition(failed, "Built").reason()).isEqualTo("OutOfMemory");
    assertThat(condition(failed, "Built").message()).contains("memory limit 4Gi");
  }

  private void awaitBuilds(int count) {
    OperatorUnderTest.await(
        () -> test.nodes().jobs().stream().filter(Samples::isBuild).toList(),
        jobs -> jobs.size() == count,
        List::size);
    test.awaitVariant(v -> v.getStatus().phase() == VariantPhase.BUILDING);
  }

  private void deleteJobs() {
    test.client()
        .batch()
        .v1()
        .jobs()
        .inNamespace(test.namespace())
        .withPropagationPolicy(DeletionPropagation.BACKGROUND)
        .delete();
  }

  private static Condition condition(ModelVariant variant, String type) {
    return variant.getStatus().conditions().stream()
        .filter(c -> c.type().equals(type))
        .findFirst()
        .orElseThrow();
  }
}
