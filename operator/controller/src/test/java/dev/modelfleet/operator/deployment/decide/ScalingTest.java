package dev.modelfleet.operator.deployment.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.Autoscaling;
import dev.modelfleet.api.v1alpha1.DeploymentTarget;
import dev.modelfleet.api.v1alpha1.LocalReference;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentSpecBuilder;
import dev.modelfleet.api.v1alpha1.Placement;
import dev.modelfleet.api.v1alpha1.Serving;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who says how many pods there are. */
class ScalingTest {

  private static final Autoscaling TWO_TO_FIVE = new Autoscaling(2, 5, null);

  @ParameterizedTest(name = "{0} pods there count as {1}")
  @CsvSource({"1, 2", "2, 2", "4, 4", "5, 5", "9, 5"})
  void theNumberOfAnAutoscalerIsTakenWithinItsEnds(int there, int counted) {
    DeploymentTarget target = target(null);
    ModelDeployment deployment = deployment(target);
    assertThat(
            Scaling.counted(deployment, target, plan(Placement.Mode.REPLICAS, null), served(there)))
        .extracting(DeploymentTarget::replicas)
        .isEqualTo(counted);
  }

  @Test
  void nothingThereCountsAsTheLowerEnd() {
    DeploymentTarget target = target(null);
    assertThat(
            Scaling.counted(
                    deployment(target), target, plan(Placement.Mode.REPLICAS, null), List.of())
                .replicas())
        .isEqualTo(2);
  }

  @Test
  void aTargetWithANumberOfItsOwnKeepsIt() {
    DeploymentTarget target = target(7);
    ModelDeployment deployment = deployment(target);
    TargetPlan plan = plan(Placement.Mode.REPLICAS, null);
    assertThat(Scaling.of(deployment, plan)).isEmpty();
    assertThat(Scaling.counted(deployment, target, plan, served(3)).replicas()).isEqualTo(7);
  }

  @Test
  void neitherNodesNorMemberClustersAreScaled() {
    ModelDeployment deployment = deployment(target(null));
    assertThat(Scaling.of(deployment, plan(Placement.Mode.PER_NODE, null))).isEmpty();
    assertThat(Scaling.of(deployment, plan(Placement.Mode.REPLICAS, true))).isEmpty();
    assertThat(Scaling.of(deployment, plan(Placement.Mode.REPLICAS, null))).contains(TWO_TO_FIVE);
  }

  @Test
  void theNumberIsHandedOverOnce() {
    Deployment fixed = named().editSpec().withReplicas(3).endSpec().build();
    Deployment autoscaled =
        named()
            .editMetadata()
            .addToAnnotations(Autoscalers.AUTOSCALED, "true")
            .endMetadata()
            .build();
    assertThat(Autoscalers.handOver(autoscaled, fixed))
        .hasValueSatisfying(handed -> assertThat(handed.getSpec().getReplicas()).isEqualTo(3));
    assertThat(Autoscalers.handOver(autoscaled, autoscaled)).isEmpty();
    assertThat(Autoscalers.handOver(fixed, fixed)).isEmpty();
    assertThat(Autoscalers.handOver(fixed, autoscaled)).isEmpty();
  }

  private static DeploymentTarget target(Integer replicas) {
    return new DeploymentTarget("pool", new LocalReference("pool"), replicas, null, null);
  }

  private static ModelDeployment deployment(DeploymentTarget target) {
    ModelDeployment deployment = new ModelDeployment();
    deployment.getMetadata().setName("m");
    deployment.setSpec(
        ModelDeploymentSpecBuilder.builder()
            .targets(List.of(target))
            .serving(new Serving(null, TWO_TO_FIVE))
            .build());
    return deployment;
  }

  private static TargetPlan plan(Placement.Mode mode, Boolean members) {
    return new TargetPlan("pool", mode, "variant", Map.of(), List.of(), null, null, null, members);
  }

  private static List<WorkloadFacts> served(int replicas) {
    return List.of(WorkloadFacts.of(named().editSpec().withReplicas(replicas).endSpec().build()));
  }

  private static DeploymentBuilder named() {
    return new DeploymentBuilder()
        .withNewMetadata()
        .withName("m-pool")
        .endMetadata()
        .withNewSpec()
        .endSpec();
  }
}
