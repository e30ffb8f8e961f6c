package dev.modelfleet.operator.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.operator.harness.OperatorUnderTest;
import dev.modelfleet.operator.harness.SampleFleet;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * ModelDeployments that need the same variant share one build. Deleting one of them leaves the
 * variant to the other; with the last of them everything goes.
 */
@WithTestCluster(nodes = 0)
class SharedVariantsIT {

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
  void aVariantLivesAsLongAsItsLastUser() {
    fleet.deployed("first");
    fleet.deployed("second");

    assertThat(test.variants()).hasSize(1);
    assertThat(test.nodes().jobs().stream().filter(Samples::isBuild)).hasSize(1);

    delete("first");
    OperatorUnderTest.await(
        () -> test.variants(),
        variants -> variants.getFirst().getMetadata().getOwnerReferences().size() == 1,
        v -> v);
    assertThat(test.awaitReason("second", "Ready", "Ready").getStatus().readiness())
        .isEqualTo("1/1");

    delete("second");
    OperatorUnderTest.await(() -> test.variants(), java.util.List::isEmpty, v -> v);
    String ns = test.namespace();
    var apps = test.client().apps();
    OperatorUnderTest.await(
        () -> apps.deployments().inNamespace(ns).list().getItems(), l -> l.isEmpty(), l -> l);
    OperatorUnderTest.await(
        () -> apps.controllerRevisions().inNamespace(ns).list().getItems(),
        l -> l.isEmpty(),
        l -> l);
    OperatorUnderTest.await(
        () -> test.client().batch().v1().jobs().inNamespace(ns).list().getItems(),
        l -> l.isEmpty(),
        l -> l);
  }

  @Test
  void aSupersededBuildIsCancelled() {
    test.nodes()
        .script(
            job ->
                Samples.isBuild(job) && Samples.request(job).name().equals("slow")
                    ? new dev.modelfleet.operator.harness.StandInNodes.JobEnd.NotYet()
                    : Samples.succeeds(job));
    fleet.deploy("edited", test.registry().push("models/slow:1", "slow"));
    test.awaitVariant(v -> v.getSpec().modelName().equals("slow"));

    String other = test.registry().push("models/quick:1", "quick");
    fleet.edit("edited", "{\"model\":{\"uri\":\"" + other + "\"}}");

    test.awaitReason("edited", "Ready", "Ready");
    OperatorUnderTest.await(
        () -> test.variants(),
        variants -> variants.stream().noneMatch(v -> v.getSpec().modelName().equals("slow")),
        v -> v);
  }

  private void delete(String name) {
    test.client()
        .resources(ModelDeployment.class)
        .inNamespace(test.namespace())
        .withName(name)
        .delete();
  }
}
