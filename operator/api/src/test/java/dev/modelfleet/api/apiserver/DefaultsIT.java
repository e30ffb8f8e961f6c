package dev.modelfleet.api.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.CompressionPolicy;
import dev.modelfleet.api.v1alpha1.CompressionPolicySpec;
import dev.modelfleet.api.v1alpha1.EdgeCluster;
import dev.modelfleet.api.v1alpha1.Engine;
import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.Rollout;
import dev.modelfleet.artifact.Fallback;
import dev.modelfleet.artifact.Granularity;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A user who leaves fields out sees in the stored object what stands for them. */
@WithTestCluster(nodes = 0)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DefaultsIT {

  private final CrdApiServer server;

  DefaultsIT(TestCluster cluster) {
    server = new CrdApiServer(cluster);
  }

  @Test
  void aDeploymentReplacesOnePodAtATime() {
    ModelDeployment deployment =
        read(server.dryRun(Manifest.valid("ModelDeployment")), ModelDeployment.class);

    assertThat(deployment.getSpec().rollout()).isEqualTo(rollout(false));
    assertThat(deployment.getSpec().revisionHistoryLimit()).isEqualTo(3);
    assertThat(deployment.getSpec().targets().getFirst().replicas()).isNull();
  }

  @Test
  void aPartlyGivenRolloutIsCompleted() {
    ModelDeployment deployment =
        read(
            server.dryRun(Manifest.changed("ModelDeployment", "spec: {rollout: {paused: true}}")),
            ModelDeployment.class);

    assertThat(deployment.getSpec().rollout()).isEqualTo(rollout(true));
  }

  @Test
  void aPolicyRejectsAndQuantizesPerChannel() {
    CompressionPolicySpec policy =
        read(server.dryRun(Manifest.valid("CompressionPolicy")), CompressionPolicy.class).getSpec();

    assertThat(policy.fallback()).isEqualTo(Fallback.REJECT);
    assertThat(policy.recipes().getFirst().steps().get(1).quantize().granularity())
        .isEqualTo(Granularity.PER_CHANNEL);
  }

  @Test
  void aConversionKeepsInputsAndOutputs() {
    CompressionPolicySpec policy =
        read(
                server.dryRun(
                    Manifest.changed(
                        "CompressionPolicy",
                        "spec: {recipes: [{name: a, steps: [{convert: {precision: FP16}}]}]}")),
                CompressionPolicy.class)
            .getSpec();

    assertThat(policy.recipes().getFirst().steps().getFirst().convert().keepInputsAndOutputs())
        .isTrue();
  }

  @Test
  void anEngineComputesOnTheCpu() {
    assertThat(
            read(server.dryRun(Manifest.valid("HardwareTarget")), HardwareTarget.class)
                .getSpec()
                .engine()
                .executionProvider())
        .isEqualTo(Engine.ExecutionProvider.CPU);
  }

  @Test
  void aKubeconfigIsUnderKubeconfig() {
    assertThat(
            read(server.dryRun(Manifest.valid("EdgeCluster")), EdgeCluster.class)
                .getSpec()
                .kubeconfigSecretRef()
                .key())
        .isEqualTo("kubeconfig");
  }

  private static Rollout rollout(boolean paused) {
    return new Rollout(
        new IntOrString(1),
        new IntOrString("10%"),
        new IntOrString(0),
        0,
        600,
        true,
        paused,
        List.of(),
        null);
  }

  private static <T> T read(Object object, Class<T> type) {
    return Serialization.unmarshal(Serialization.asJson(object), type);
  }
}
