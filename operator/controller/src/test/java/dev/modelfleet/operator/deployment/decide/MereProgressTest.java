package dev.modelfleet.operator.deployment.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatus;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatusBuilder;
import dev.modelfleet.api.v1alpha1.TargetStatusBuilder;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What may wait for the next status to be written, and what may not. */
class MereProgressTest {

  static Stream<Arguments> changes() {
    return Stream.of(
        change("another message", true, s -> s.message("2 of 3 pods updated")),
        change("more pods", true, s -> s.updated(2).ready(1)),
        change("pods begin", true, s -> s.phase(DeploymentPhase.ROLLING_OUT)),
        change("ready", false, s -> s.phase(DeploymentPhase.HEALTHY)),
        change("complete", false, s -> s.currentRevision("a")),
        change("another revision", false, s -> s.updateRevision("b")),
        change("newer spec", false, s -> s.observedGeneration(2L)),
        change("stalled", false, s -> s.conditions(conditions("Stalled"))),
        change("paused", false, s -> s.conditions(conditions("Reconciling", "Paused"))),
        change("available", true, s -> s.conditions(conditions("Reconciling", "Available"))),
        change(
            "a target in trouble",
            false,
            s ->
                s.targetStatuses(
                    List.of(
                        TargetStatusBuilder.builder()
                            .name("pool")
                            .phase(DeploymentPhase.DEGRADED)
                            .build()))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void tellsProgressFromNews(
      String name,
      boolean mere,
      Function<ModelDeploymentStatusBuilder, ModelDeploymentStatusBuilder> change) {
    ModelDeploymentStatus before = building().build();
    assertThat(MereProgress.is(before, change.apply(building()).build())).isEqualTo(mere);
  }

  @ParameterizedTest
  @CsvSource({"1,0", "10,2000", "40,2000", "100,5000", "10000,30000"})
  void manyWriteLessOften(long underway, long millis) {
    assertThat(MereProgress.interval(underway)).isEqualTo(Duration.ofMillis(millis));
  }

  private static Arguments change(
      String name,
      boolean mere,
      Function<ModelDeploymentStatusBuilder, ModelDeploymentStatusBuilder> change) {
    return Arguments.of(name, mere, change);
  }

  private static ModelDeploymentStatusBuilder building() {
    return ModelDeploymentStatusBuilder.builder()
        .observedGeneration(1L)
        .phase(DeploymentPhase.BUILDING)
        .updateRevision("a")
        .conditions(conditions(ModelDeploymentConditions.RECONCILING));
  }

  private static List<Condition> conditions(String... types) {
    return Stream.of(types)
        .map(
            type ->
                new Condition(
                    type, Condition.Status.TRUE, 1L, "2026-01-01T00:00:00Z", "Reason", "message"))
        .toList();
  }
}
