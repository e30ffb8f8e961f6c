package dev.modelfleet.operator.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.api.v1alpha1.VariantTrial;
import dev.modelfleet.operator.harness.OperatorUnderTest;
import dev.modelfleet.operator.harness.SampleFleet;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A recipe that is too slow on the device is ruled out and the next one is built; when nothing is
 * left, the variant is rejected with the figures of each.
 */
@WithTestCluster(nodes = 0)
class LadderIT {

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
  void theNextRecipeIsTriedWhenOneIsTooSlowOnTheDevice() {
    test.nodes()
        .script(
            job -> {
              if (Samples.isBuild(job)) {
                return Samples.published(job);
              }
              boolean first = job.getMetadata().getName().contains("probe-1-");
              return Samples.probed(first ? 900 : 40);
            });

    fleet.deploy("m");
    test.awaitReason("m", "Ready", "Ready");

    ModelVariant variant = test.variants().getFirst();
    assertThat(variant.getStatus().excludedRecipes()).containsExactly("dynamic-int8");
    assertThat(variant.getStatus().recipe()).isEqualTo("static-int8");
    assertThat(variant.getStatus().attempt()).isEqualTo(2);
    assertThat(variant.getStatus().trials())
        .filteredOn(t -> t.recipe().equals("dynamic-int8"))
        .extracting(VariantTrial::reason)
        .containsExactly("LatencyAboveGate");
    List<String> tags =
        test.nodes().jobs().stream()
            .filter(Samples::isBuild)
            .map(job -> Samples.request(job).publication().tag())
            .toList();
    assertThat(tags).hasSize(2).doesNotHaveDuplicates();
  }

  @Test
  void nothingLeftIsRejectedWithFigures() {
    test.nodes().script(job -> Samples.isBuild(job) ? Samples.published(job) : Samples.probed(900));

    fleet.deploy("m");

    ModelVariant variant = test.awaitVariant(v -> v.getStatus().phase() == VariantPhase.REJECTED);
    assertThat(variant.getStatus().excludedRecipes())
        .containsExactly("dynamic-int8", "original", "static-int8");
    var message =
        OperatorUnderTest.condition(
                test.awaitReason("m", "VariantsReady", "VariantRejected"), "VariantsReady")
            .orElseThrow()
            .message();
    assertThat(message).contains("the p99 latency is 900ms, above the gate of 500ms");
    assertThat(test.client().apps().deployments().inNamespace(test.namespace()).list().getItems())
        .isEmpty();
  }
}
