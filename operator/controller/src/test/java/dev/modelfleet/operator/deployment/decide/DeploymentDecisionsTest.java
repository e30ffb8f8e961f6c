package dev.modelfleet.operator.deployment.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatus;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.ModelVariantStatusBuilder;
import dev.modelfleet.api.v1alpha1.VariantArtifact;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.operator.harness.Samples;
import dev.modelfleet.operator.member.decide.MembersFacts;
import dev.modelfleet.operator.placement.decide.NodeFacts;
import dev.modelfleet.operator.status.Conditions;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** One ModelDeployment on two Replicas targets, in a world that is only records. */
class DeploymentDecisionsTest {

  private static final Instant START = Instant.parse("2026-01-31T12:00:00Z");
  private static final String DIGEST = "sha256:" + "a".repeat(64);

  /** A cluster that does what is decided, as far as it is let. */
  private static final class World {
    private final ModelDeployment deployment = deployment();
    private final Map<String, HardwareTarget> targets = new HashMap<>();
    private final Map<String, ModelVariant> variants = new HashMap<>();
    private final Map<String, WorkloadFacts> workloads = new HashMap<>();
    private final List<Revision> revisions = new ArrayList<>();
    private final List<NodeFacts> nodes = new ArrayList<>();
    private Instant now = START;
    private boolean podsBecomeReady = true;
    private VariantPhase builds = VariantPhase.READY;
    private DeploymentDecision decision;

    World() {
      for (String name : List.of("one", "two")) {
        HardwareTarget target = Samples.target(name, "Replicas", name);
        target.getMetadata().setGeneration(1L);
        targets.put(name, target);
      }
    }

    /** Observes, decides, applies and reports until nothing changes. */
    ModelDeploymentStatus settle() {
      for (int round = 0; round < 20; round++) {
        ModelDeploymentStatus before = deployment.getStatus();
        round();
        // What the first round applies is seen by the second.
        if (round > 0 && deployment.getStatus().equals(before)) {
          return before;
        }
      }
      throw new AssertionError("never at rest: " + deployment.getStatus());
    }

    void round() {
      DeploymentFacts facts = facts();
      decision = DeploymentDecisions.decide(facts, now);
      apply();
      deployment.setStatus(DeploymentReport.of(facts, decision, now));
    }

    private DeploymentFacts facts() {
      Map<String, List<WorkloadFacts>> served = new HashMap<>();
      workloads
          .values()
          .forEach(w -> served.computeIfAbsent(w.target(), t -> new ArrayList<>()).add(w));
      return new DeploymentFacts(
          deployment,
          null,
          Map.copyOf(targets),
          Map.of(),
          Map.copyOf(variants),
          List.copyOf(revisions),
          served,
          List.of(),
          List.copyOf(nodes),
          List.of(),
          MembersFacts.NONE,
          Map.of(),
          RouteFacts.NONE);
    }

    private void apply() {
      if (decision.update() != null) {
        revisions.removeIf(r -> r.hash().equals(decision.update().hash()));
        revisions.add(decision.update());
      }
      revisions.removeIf(r -> !decision.keptRevisions().contains(r.hash()));
      decision.variants().forEach((name, spec) -> variants.computeIfAbsent(name, this::built));
      variants.keySet().retainAll(decision.keptVariants());
      for (TargetServing serving : decision.servings()) {
        String target = serving.target().name();
        if (!serving.hosts().isEmpty()) {
          workloads.values().removeIf(w -> w.target().equals(target));
          serving.hosts().forEach(host -> workloads.put(host.name(), workload(host)));
        } else if (serving.plan() != null) {
          String name = ServingObjects.name("m", target);
          workloads.put(
              name,
              workload(
                  new HostPlan(
                      name,
                      serving.revision(),
                      serving.plan(),
                      serving.replicas(),
                      NodeChoice.ALL,
                      false)));
        }
      }
    }

    private WorkloadFacts workload(HostPlan host) {
      int available = podsBecomeReady ? host.replicas() : 0;
      return new WorkloadFacts(
          host.plan().name(),
          host.revision(),
          host.plan().variant(),
          true,
          host.replicas(),
          host.replicas(),
          host.replicas(),
          available,
          available,
          new DeploymentBuilder().withNewMetadata().withName(host.name()).endMetadata().build());
    }

    private ModelVariant built(String name) {
      ModelVariant variant = new ModelVariant();
      variant.getMetadata().setName(name);
      settle(variant, builds);
      return variant;
    }

    private static void settle(ModelVariant variant, VariantPhase phase) {
      Condition ready =
          new Condition(
              "Ready",
              phase == VariantPhase.READY ? Condition.Status.TRUE : Condition.Status.FALSE,
              1L,
              START.toString(),
              phase == VariantPhase.READY ? "Ready" : "NoRecipePassed",
              "as the test says");
      variant.setStatus(
          ModelVariantStatusBuilder.builder()
              .phase(phase)
              .recipe("original")
              .artifact(new VariantArtifact("registry/v@" + DIGEST, DIGEST, 1_000_000))
              .conditions(List.of(ready))
              .build());
    }

    void edit(String model) {
      Samples.edit(deployment, model);
    }

    String serves(String target) {
      return workloads.get(ServingObjects.name("m", target)).variant();
    }
  }

  private static ModelDeployment deployment() {
    ModelDeployment deployment =
        Samples.deployment("n", "m", "https://h/first.onnx", null, "a=one", "b=two");
    deployment.getMetadata().setGeneration(1L);
    deployment.getMetadata().setUid("u");
    Samples.edit(deployment, "first");
    return deployment;
  }

  @Test
  void everythingReadyIsHealthyAndAtRest() {
    World world = new World();

    ModelDeploymentStatus status = world.settle();

    assertThat(status.phase()).isEqualTo(DeploymentPhase.HEALTHY);
    assertThat(status.readiness()).isEqualTo("2/2");
    assertThat(status.currentRevision()).isEqualTo(status.updateRevision());
    assertThat(Conditions.isTrue(status.conditions(), "Ready")).isTrue();
    assertThat(status.progressTime()).isNull();
  }

  @Test
  void aTargetWhoseVariantIsNotReadyHoldsUpNoOther() {
    World world = new World();
    world.settle();
    String before = world.serves("b");
    world.builds = VariantPhase.PROBING;
    world.edit("second");
    world.round();
    String ready = world.decision.update().plan("a").orElseThrow().variant();
    World.settle(world.variants.get(ready), VariantPhase.READY);

    ModelDeploymentStatus status = world.settle();

    assertThat(world.serves("a")).isEqualTo(ready);
    assertThat(world.serves("b")).isEqualTo(before);
    assertThat(status.phase()).isEqualTo(DeploymentPhase.BUILDING);
    assertThat(status.readyTargets()).isEqualTo(1);
  }

  @Test
  void aRejectedRevisionKeepsTheLastGoodOne() {
    World world = new World();
    ModelDeploymentStatus good = world.settle();
    String before = world.serves("a");
    world.builds = VariantPhase.REJECTED;
    world.edit("bad");

    ModelDeploymentStatus status = world.settle();

    assertThat(world.serves("a")).isEqualTo(before);
    assertThat(status.currentRevision()).isEqualTo(good.currentRevision());
    assertThat(status.rejectedRevisions()).hasSize(1);
    assertThat(status.phase()).isEqualTo(DeploymentPhase.DEGRADED);
    assertThat(Conditions.isTrue(status.conditions(), "Stalled")).isTrue();
    assertThat(Conditions.isTrue(status.conditions(), "Available")).isTrue();
  }

  @Test
  void theDeadlineRollsBackAndIsRemembered() {
    World world = new World();
    ModelDeploymentStatus good = world.settle();
    String before = world.serves("a");
    world.podsBecomeReady = false;
    world.edit("bad");
    world.settle();
    assertThat(world.decision.state()).isInstanceOf(RolloutState.Underway.class);

    world.now = world.now.plus(Duration.ofSeconds(601));
    ModelDeploymentStatus status = world.settle();

    assertThat(world.decision.state()).isInstanceOf(RolloutState.RolledBack.class);
    assertThat(world.serves("a")).isEqualTo(before);
    assertThat(status.currentRevision()).isEqualTo(good.currentRevision());
    assertThat(status.message()).contains("going back to revision " + good.currentRevision());
    assertThat(Conditions.isTrue(status.conditions(), "Reconciling")).isTrue();
    world.podsBecomeReady = true;
    status = world.settle();
    assertThat(status.phase()).isEqualTo(DeploymentPhase.DEGRADED);
    assertThat(status.message()).endsWith("rolled back to revision " + good.currentRevision());
    assertThat(Conditions.isTrue(status.conditions(), "Stalled")).isTrue();
    world.edit("better");
    assertThat(world.settle().phase()).isEqualTo(DeploymentPhase.HEALTHY);
  }

  @Test
  void goingBackThatTakesTooLongStalls() {
    World world = new World();
    world.settle();
    world.podsBecomeReady = false;
    world.edit("bad");
    world.settle();
    world.now = world.now.plus(Duration.ofSeconds(601));
    world.settle();
    world.now = world.now.plus(Duration.ofSeconds(601));

    ModelDeploymentStatus status = world.settle();

    assertThat(status.message()).contains("which takes too long", "with 0 of 1 pods");
    assertThat(Conditions.isTrue(status.conditions(), "Stalled")).isTrue();
  }

  @Test
  void withoutAGoodRevisionTheDeadlineOnlyStalls() {
    World world = new World();
    world.podsBecomeReady = false;
    world.settle();
    world.now = world.now.plus(Duration.ofSeconds(601));

    ModelDeploymentStatus status = world.settle();

    assertThat(world.decision.state()).isInstanceOf(RolloutState.Exceeded.class);
    assertThat(status.rejectedRevisions()).isEmpty();
    world.podsBecomeReady = true;
    assertThat(world.settle().phase()).isEqualTo(DeploymentPhase.HEALTHY);
  }

  @Test
  void aTargetWithoutANodeIsHeldAgainstNoRevision() {
    World world = new World();
    String good = world.settle().currentRevision();
    world.nodes.add(node("one"));
    world.nodes.add(node("three"));
    world.podsBecomeReady = false;
    world.edit("second");
    world.targets.put("one", Samples.target("one", "Replicas", "nowhere"));
    world.targets.put("two", Samples.target("two", "Replicas", "nowhere"));
    world.settle();
    world.now = world.now.plus(Duration.ofHours(1));

    ModelDeploymentStatus status = world.settle();

    assertThat(status.rejectedRevisions()).isEmpty();
    assertThat(status.currentRevision()).isEqualTo(good);
    assertThat(Conditions.find(status.conditions(), "Progressing").orElseThrow())
        .satisfies(
            progressing -> {
              assertThat(progressing.reason()).isEqualTo("NoNodesMatch");
              assertThat(progressing.status()).isEqualTo(Condition.Status.UNKNOWN);
              assertThat(progressing.message())
                  .contains("no node has the labels kubernetes.io/arch=amd64,test=nowhere")
                  .contains("the nodes have kubernetes.io/arch=amd64,test=one; ")
                  .contains("label one or correct placement.nodeSelector of HardwareTarget one");
            });
    world.nodes.add(node("nowhere"));
    world.podsBecomeReady = true;
    assertThat(world.settle().phase()).isEqualTo(DeploymentPhase.HEALTHY);
  }

  private static NodeFacts node(String label) {
    return new NodeFacts(
        label,
        Map.of("kubernetes.io/arch", "amd64", "test", label),
        true,
        List.of(),
        Map.of(),
        "v1.36.0");
  }

  @Test
  void theDeadlinesClockStandsStillWhilePaused() {
    World world = new World();
    world.settle();
    world.podsBecomeReady = false;
    world.edit("second");
    world.settle();
    world.now = world.now.plus(Duration.ofSeconds(500));
    Samples.pause(world.deployment, true);
    assertThat(world.settle().phase()).isEqualTo(DeploymentPhase.PAUSED);

    world.now = world.now.plus(Duration.ofHours(5));
    world.settle();
    Samples.pause(world.deployment, false);
    world.settle();
    assertThat(world.decision.state()).isInstanceOf(RolloutState.Underway.class);

    world.now = world.now.plus(Duration.ofSeconds(101));
    world.settle();
    assertThat(world.decision.state()).isInstanceOf(RolloutState.RolledBack.class);
  }

  @Test
  void aCanaryGrowsBesideAllOfTheOldPods() {
    World world = new World();
    Samples.replicas(world.deployment, 10);
    world.settle();
    String before = world.serves("a");
    world.edit("second");
    Set<Integer> canaries = new TreeSet<>();
    for (int round = 0; round < 20; round++) {
      world.round();
      assertThat(world.workloads.get("m-a").replicas()).isEqualTo(10);
      WorkloadFacts canary = world.workloads.get("m-a-canary");
      if (canary != null) {
        canaries.add(canary.replicas());
        assertThat(canary.variant()).isNotEqualTo(before);
      }
    }

    assertThat(canaries).containsExactly(1, 3);
    assertThat(world.workloads).containsOnlyKeys("m-a", "m-b");
    assertThat(world.serves("a")).isNotEqualTo(before);
    assertThat(world.settle().phase()).isEqualTo(DeploymentPhase.HEALTHY);
  }

  @Test
  void aCanaryThatDoesNotBecomeReadyLeavesTheOldPodsAlone() {
    World world = new World();
    Samples.replicas(world.deployment, 10);
    world.settle();
    String before = world.serves("a");
    world.podsBecomeReady = false;
    world.edit("bad");
    world.settle();
    assertThat(world.workloads).containsKey("m-a-canary");
    assertThat(world.serves("a")).isEqualTo(before);

    world.now = world.now.plus(Duration.ofSeconds(601));
    world.settle();

    assertThat(world.workloads).containsOnlyKeys("m-a", "m-b");
    assertThat(world.serves("a")).isEqualTo(before);
  }

  @Test
  void historyIsBoundedAndItsVariantsGo() {
    World world = new World();
    for (int i = 0; i < 10; i++) {
      world.edit("model-" + i);
      assertThat(world.settle().phase()).isEqualTo(DeploymentPhase.HEALTHY);
    }

    assertThat(world.revisions).hasSize(4);
    assertThat(world.variants).hasSize(8);
  }

  /**
   * Whatever happens, nothing unproven is served, what served keeps serving, and once the faults
   * end everything comes to Healthy and to rest.
   */
  @Test
  void everyHistoryServesOnlyProvenVariantsAndHeals() {
    for (int history = 0; history < 300; history++) {
      Random random = new Random(history);
      World world = new World();
      boolean served = false;
      for (int step = 0; step < 30; step++) {
        disturb(world, random);
        world.round();
        assertProven(world);
        assertThat(world.workloads.size()).isGreaterThanOrEqualTo(served ? 1 : 0);
        served = !world.workloads.isEmpty();
      }
      world.podsBecomeReady = true;
      world.builds = VariantPhase.READY;
      Samples.pause(world.deployment, false);
      world.targets.putAll(new World().targets);
      world.edit("the-end");
      ModelDeploymentStatus end = world.settle();
      assertThat(end.phase()).as("history %d: %s", history, end).isEqualTo(DeploymentPhase.HEALTHY);
    }
  }

  private static void disturb(World world, Random random) {
    switch (random.nextInt(8)) {
      case 0 -> world.edit("model-" + random.nextInt(6));
      case 1 -> world.podsBecomeReady = random.nextBoolean();
      case 2 -> world.builds = VariantPhase.values()[random.nextInt(VariantPhase.values().length)];
      case 3 -> world.now = world.now.plus(Duration.ofSeconds(random.nextInt(900)));
      case 4 -> Samples.pause(world.deployment, random.nextBoolean());
      case 5 -> world.targets.remove("two");
      case 6 -> world.targets.putAll(new World().targets);
      default ->
          world.variants.values().stream()
              .filter(v -> v.getStatus().phase() == VariantPhase.BUILDING)
              .forEach(v -> World.settle(v, VariantPhase.READY));
    }
  }

  private static void assertProven(World world) {
    for (TargetServing serving : world.decision.servings()) {
      if (serving.plan() != null) {
        assertThat(serving.servedVariant().getStatus().phase()).isEqualTo(VariantPhase.READY);
      }
    }
    List<Condition> conditions = world.deployment.getStatus().conditions();
    boolean working = Conditions.isTrue(conditions, "Reconciling");
    boolean stalled = Conditions.isTrue(conditions, "Stalled");
    assertThat(working && stalled).isFalse();
    if (Conditions.isTrue(conditions, "Ready")) {
      assertThat(working || stalled).isFalse();
    }
  }
}
