package dev.modelfleet.operator.deployment.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.DeploymentTarget;
import dev.modelfleet.api.v1alpha1.LocalReference;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentSpecBuilder;
import dev.modelfleet.api.v1alpha1.Placement;
import dev.modelfleet.api.v1alpha1.RolloutBuilder;
import dev.modelfleet.api.v1alpha1.RouteParent;
import dev.modelfleet.api.v1alpha1.TargetRoute;
import dev.modelfleet.api.v1alpha1.WaveBuilder;
import dev.modelfleet.api.v1alpha1.WavePhase;
import dev.modelfleet.api.v1alpha1.WaveStatus;
import dev.modelfleet.api.v1alpha1.WaveStatusBuilder;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.operator.member.decide.MembersFacts;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.rollout.decide.RolloutPlan;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A target with a route while revision two replaces one in waves of 5 % and 25 %. */
class RouteTest {

  private static final TargetRoute ROUTE =
      new TargetRoute(
          List.of(new RouteParent("public", "gateways", null)), List.of("m.example.com"));

  private record Splits(String what, String phases, int available, String canary, int share) {}

  @TestFactory
  Stream<DynamicTest> theCanaryGetsTheShareOfTheLastWaveThatHasBegun() {
    return Stream.of(
            new Splits("before its pods are ready", "ROLLING_OUT PENDING PENDING", 0, "v2", 0),
            new Splits("first wave", "ROLLING_OUT PENDING PENDING", 1, "v2", 500),
            new Splits("soak", "SOAKING PENDING PENDING", 1, "v2", 500),
            new Splits("second wave", "COMPLETE ROLLING_OUT PENDING", 1, "v2", 2500),
            new Splits("last wave", "COMPLETE COMPLETE ROLLING_OUT", 1, "v2", 0),
            new Splits("the same variant", "COMPLETE ROLLING_OUT PENDING", 1, "v1", 0),
            new Splits("no canary", "COMPLETE COMPLETE COMPLETE", 0, null, 0))
        .map(
            test ->
                DynamicTest.dynamicTest(
                    test.what(),
                    () -> assertThat(split(test)).isEqualTo(new RouteSplit("v1", test.share()))));
  }

  @Test
  void theRouteWeighsTwoServicesWhileThereIsACanary() {
    HTTPRoute route = RouteObjects.route(deployment(), "pool", ROUTE, new RouteSplit("v1", 500));
    assertThat(route.getMetadata().getName()).isEqualTo("m-pool");
    assertThat(route.getMetadata().getOwnerReferences()).hasSize(1);
    assertThat(route.getSpec().getHostnames()).containsExactly("m.example.com");
    assertThat(route.getSpec().getParentRefs())
        .singleElement()
        .satisfies(
            parent -> {
              assertThat(parent.getName()).isEqualTo("public");
              assertThat(parent.getNamespace()).isEqualTo("gateways");
            });
    assertThat(backends(route))
        .containsExactly("m-pool-stable:8000=9500", "m-pool-canary:8000=500");
    assertThat(backends(RouteObjects.route(deployment(), "pool", ROUTE, new RouteSplit("v1", 0))))
        .containsExactly("m-pool:8000=1");
  }

  @Test
  void theServicesHaveNoPodInCommon() {
    List<Service> services = RouteObjects.services(deployment(), "pool", new RouteSplit("v1", 500));
    assertThat(services.getFirst().getSpec().getSelector())
        .containsEntry(Labels.VARIANT, "v1")
        .containsEntry(Labels.TARGET, "pool");
    assertThat(services.getLast().getSpec().getSelector())
        .containsEntry(Labels.TRACK, "canary")
        .containsEntry(Labels.TARGET, "pool");
  }

  @Test
  void aRouteNeedsTheGatewayApiAndPodsBehindOneServiceHere() {
    assertThat(objection("Replicas", RouteFacts.NONE)).isEqualTo("GatewayApiMissing");
    assertThat(objection("Replicas", new RouteFacts(true, Map.of()))).isNull();
    assertThat(objection("PerNode", new RouteFacts(true, Map.of())))
        .isEqualTo("RouteNotApplicable");
    HTTPRoute other =
        new HTTPRouteBuilder().withNewMetadata().withName("m-pool").endMetadata().build();
    assertThat(objection("Replicas", new RouteFacts(true, Map.of("pool", other))))
        .isEqualTo("NameConflict");
  }

  private static String objection(String mode, RouteFacts routes) {
    return RouteAcceptance.objection(facts(mode, Map.of(), routes))
        .map(RolloutState.NotAccepted::reason)
        .orElse(null);
  }

  private static RouteSplit split(Splits test) {
    TargetPlan stable = plan("v1");
    List<HostPlan> hosts =
        test.canary() == null
            ? List.of(new HostPlan("m-pool", "one", stable, 1, NodeChoice.ALL, false))
            : List.of(
                new HostPlan("m-pool", "one", stable, 1, NodeChoice.ALL, false),
                new HostPlan("m-pool-canary", "two", plan(test.canary()), 1, NodeChoice.ALL, true));
    DeploymentTarget target = deployment().getSpec().targets().getFirst();
    TargetServing serving =
        new TargetServing(target, plan("v2"), null, stable, "one", null, null, hosts, null);
    WorkloadFacts canary =
        new WorkloadFacts(
            "pool",
            "two",
            test.canary(),
            true,
            1,
            1,
            1,
            test.available(),
            test.available(),
            new DeploymentBuilder()
                .withMetadata(new ObjectMetaBuilder().withName("m-pool-canary").build())
                .build());
    return RouteSplit.of(
        facts("Replicas", Map.of("pool", List.of(canary)), RouteFacts.NONE),
        decision(test.phases().split(" "), serving),
        serving);
  }

  private static DeploymentDecision decision(String[] phases, TargetServing serving) {
    List<WaveStatus> waves =
        List.of(wave("first", phases[0]), wave("second", phases[1]), wave("rest", phases[2]));
    return new DeploymentDecision(
        new RolloutState.Building(),
        null,
        "one",
        List.of(),
        List.of(serving),
        Map.of(),
        Set.of(),
        Set.of(),
        false,
        new RolloutPlan(
            Map.of(),
            Set.of(),
            Set.of(),
            waves,
            Optional.empty(),
            false,
            new RolloutPlan.Verdict.Advancing()),
        List.of());
  }

  private static WaveStatus wave(String name, String phase) {
    return WaveStatusBuilder.builder().name(name).phase(WavePhase.valueOf(phase)).build();
  }

  private static TargetPlan plan(String variant) {
    return new TargetPlan(
        "pool", Placement.Mode.REPLICAS, variant, Map.of(), List.of(), null, null, null, null);
  }

  private static ModelDeployment deployment() {
    ModelDeployment deployment =
        Samples.deployment("n", "m", "https://h/first.onnx", null, "pool=one");
    deployment.setSpec(
        ModelDeploymentSpecBuilder.builder(deployment.getSpec())
            .targets(
                List.of(new DeploymentTarget("pool", new LocalReference("one"), 1, null, ROUTE)))
            .rollout(
                RolloutBuilder.builder()
                    .waves(
                        List.of(
                            WaveBuilder.builder().name("first").percent("5%").build(),
                            WaveBuilder.builder().name("second").percent("25%").build()))
                    .build())
            .build());
    return deployment;
  }

  private static DeploymentFacts facts(
      String mode, Map<String, List<WorkloadFacts>> workloads, RouteFacts routes) {
    return new DeploymentFacts(
        deployment(),
        null,
        Map.of("one", Samples.target("one", mode, "one")),
        Map.of(),
        Map.of(),
        List.of(),
        workloads,
        List.of(),
        List.of(),
        List.of(),
        MembersFacts.NONE,
        Map.of(),
        routes);
  }

  private static List<String> backends(HTTPRoute route) {
    return route.getSpec().getRules().getFirst().getBackendRefs().stream()
        .map(b -> "%s:%d=%d".formatted(b.getName(), b.getPort(), b.getWeight()))
        .toList();
  }
}
