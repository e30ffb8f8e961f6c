package dev.modelfleet.operator.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.TargetStatus;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.api.v1alpha1.VariantTrial;
import dev.modelfleet.operator.harness.OperatorUnderTest;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A user applies a policy, targets and a ModelDeployment, and sees it go to Ready: each target's
 * variant is built, proven on a node, and served by a Deployment or a DaemonSet behind a Service.
 */
@WithTestCluster(nodes = 0)
class GoldenPathIT {

  private OperatorUnderTest test;

  @BeforeEach
  void start(TestCluster cluster) {
    test = new OperatorUnderTest(cluster);
    test.nodes().script(Samples::succeeds);
    test.start();
  }

  @AfterEach
  void stop() {
    test.close();
  }

  @Test
  void theSampleGoesToReady() {
    String ns = test.namespace();
    String dataset = test.registry().push("datasets/evaluation:1", "samples");
    String model = test.registry().push("models/minilm:1.0.0", "weights");
    test.nodes().addNode("edge-" + ns, Map.of("test", "edge-" + ns), Map.of());
    test.nodes().addNode("pool-" + ns, Map.of("test", "pool-" + ns), Map.of());
    test.create(Samples.policy(ns, "embeddings", dataset));
    test.create(Samples.target("edge-" + ns, "PerNode", "edge-" + ns));
    test.create(Samples.target("pool-" + ns, "Replicas", "pool-" + ns));
    test.create(
        Samples.deployment(
            ns, "minilm", model, "embeddings", "edge=edge-" + ns, "pool=pool-" + ns));

    ModelDeployment ready = test.awaitReason("minilm", "Ready", "Ready");

    assertThat(ready.getStatus().phase()).isEqualTo(DeploymentPhase.HEALTHY);
    assertThat(ready.getStatus().readiness()).isEqualTo("2/2");
    assertThat(ready.getStatus().currentRevision()).isEqualTo(ready.getStatus().updateRevision());
    assertThat(ready.getStatus().targetStatuses())
        .extracting(TargetStatus::name, TargetStatus::recipe, TargetStatus::accuracyDrop)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("edge", "dynamic-int8", "0.67%"),
            org.assertj.core.groups.Tuple.tuple("pool", "dynamic-int8", "0.67%"));
    assertThat(test.variants())
        .hasSize(2)
        .allSatisfy(
            variant -> {
              assertThat(variant.getStatus().phase()).isEqualTo(VariantPhase.READY);
              assertThat(variant.getStatus().proof().latency().p99()).isEqualTo("4ms");
              assertThat(variant.getStatus().trials()).hasSize(2);
              assertThat(variant.getSpec().evaluation().confidence()).isEqualTo("95%");
              assertThat(variant.getStatus().proof().accuracy().dropUpper()).isEqualTo("0.74%");
              assertThat(variant.getStatus().trials())
                  .extracting(VariantTrial::accuracyDropUpper)
                  .contains("0.74%");
            });
    var client = test.client();
    assertThat(client.apps().daemonSets().inNamespace(ns).withName("minilm-edge").get())
        .isNotNull();
    assertThat(client.apps().deployments().inNamespace(ns).withName("minilm-pool").get())
        .isNotNull();
    assertThat(client.services().inNamespace(ns).withName("minilm-pool").get()).isNotNull();
    // Variants that get ready at a time are told of in one Event.
    assertThat(String.join("; ", test.events("ModelDeployment", "VariantReady")).split("; "))
        .hasSize(2);
    assertThat(test.events("ModelDeployment", "RolloutStarted")).hasSize(1);
    assertThat(test.events("ModelDeployment", "RolloutComplete")).hasSize(1);
  }
}
