package dev.modelfleet.operator.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.operator.harness.OperatorUnderTest;
import dev.modelfleet.operator.harness.SampleFleet;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.RollableScalableResource;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The number of pods is left to an autoscaler, and taken back. */
@WithTestCluster(nodes = 0)
class AutoscalingIT {

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
  void theNumberOfPodsIsHandedOverAndTakenBack() {
    fleet.deployed("m");
    editReplicas("3");
    awaitReady(3);

    fleet.edit("m", "{\"serving\":{\"autoscaling\":{\"minReplicas\":2,\"maxReplicas\":5}}}");
    editReplicas("null");
    HorizontalPodAutoscaler autoscaler =
        OperatorUnderTest.await(autoscaler()::get, Objects::nonNull, Objects::toString);
    assertThat(autoscaler.getSpec().getScaleTargetRef().getName()).isEqualTo("m-pool");
    assertThat(autoscaler.getSpec().getMinReplicas()).isEqualTo(2);
    assertThat(autoscaler.getSpec().getMaxReplicas()).isEqualTo(5);
    assertThat(autoscaler.getSpec().getMetrics())
        .singleElement()
        .satisfies(
            metric ->
                assertThat(metric.getResource().getTarget().getAverageUtilization()).isEqualTo(75));
    OperatorUnderTest.await(this::holders, text -> !text.contains("modelfleet="), text -> text);
    assertThat(workload().get().getSpec().getReplicas()).as("pods meanwhile").isEqualTo(3);

    workload().scale(4);
    awaitReady(4);
    assertThat(workload().get().getSpec().getReplicas()).isEqualTo(4);

    fleet.edit("m", "{\"serving\":null}");
    editReplicas("2");
    awaitReady(2);
    OperatorUnderTest.await(
        () -> Optional.ofNullable(autoscaler().get()), Optional::isEmpty, Objects::toString);
  }

  @Test
  void autoscalingWithoutATargetForItIsRefused() {
    fleet.deployed("m");
    editReplicas("1");
    fleet.edit("m", "{\"serving\":{\"autoscaling\":{\"maxReplicas\":5}}}");

    ModelDeployment after = test.awaitReason("m", "Accepted", "AutoscalingNotApplicable");

    assertThat(OperatorUnderTest.condition(after, "Accepted").orElseThrow().message())
        .contains("remove autoscaling or replicas");
  }

  private void editReplicas(String number) {
    fleet.edit(
        "m",
        "{\"targets\":[{\"name\":\"pool\",\"replicas\":%s,\"hardwareTargetRef\":{\"name\":\"%s\"}}]}"
            .formatted(number, fleet.target()));
  }

  private void awaitReady(int pods) {
    test.awaitDeployment(
        "m",
        md ->
            Objects.equals(md.getStatus().ready(), pods)
                && Objects.equals(md.getStatus().desired(), pods)
                && OperatorUnderTest.condition(md, "Ready").orElseThrow().isTrue());
  }

  private RollableScalableResource<Deployment> workload() {
    return test.client().apps().deployments().inNamespace(test.namespace()).withName("m-pool");
  }

  private Resource<HorizontalPodAutoscaler> autoscaler() {
    return test.client()
        .autoscaling()
        .v2()
        .horizontalPodAutoscalers()
        .inNamespace(test.namespace())
        .withName("m-pool");
  }

  /** Field managers that hold the number of pods. */
  private String holders() {
    StringBuilder text = new StringBuilder();
    workload().get().getMetadata().getManagedFields().stream()
        .filter(entry -> entry.getFieldsV1().toString().contains("f:replicas={}, "))
        .forEach(entry -> text.append(entry.getManager()).append('=').append('\n'));
    return text.toString();
  }
}
