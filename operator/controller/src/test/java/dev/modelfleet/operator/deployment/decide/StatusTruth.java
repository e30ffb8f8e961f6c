package dev.modelfleet.operator.deployment.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatus;
import dev.modelfleet.api.v1alpha1.RejectedRevision;
import dev.modelfleet.api.v1alpha1.WavePhase;
import dev.modelfleet.api.v1alpha1.WaveStatus;
import dev.modelfleet.operator.rollout.decide.RolloutPolicy;
import dev.modelfleet.operator.rollout.decide.Sight;
import dev.modelfleet.operator.rollout.decide.Unit;
import dev.modelfleet.operator.rollout.decide.WaveMembers;
import dev.modelfleet.operator.status.Conditions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Compares what a status says with what the nodes of a simulated cluster really serve. */
final class StatusTruth {

  private final SimulatedHub hub;
  private final ModelDeploymentStatus status;
  private final Map<String, SimulatedHub.Node> nodes;

  StatusTruth(SimulatedHub hub) {
    this.hub = hub;
    this.status = hub.status();
    this.nodes = hub.nodes.stream().collect(Collectors.toMap(n -> n.name, n -> n));
  }

  /** Fails where the status says what is not so. */
  void check() {
    assertThat(status.observedGeneration()).isEqualTo(hub.facts.generation());
    assertThat(hub.decision.update().plans())
        .allMatch(plan -> hub.model.equals(hub.models.get(plan.variant())));
    conditions();
    if (!Objects.equals(status.currentRevision(), hub.before.currentRevision())) {
      servesEverywhere(status.currentRevision());
    }
    if (hub.decision.state() instanceof RolloutState.RolledBack(var r, var m, boolean back, var d)
        && back) {
      servesEverywhere(status.currentRevision());
    }
    rejections();
    numbers();
    if (!status.waves().isEmpty() && hub.decision.plan() != null) {
      waves();
    }
  }

  private void conditions() {
    boolean ready = is("Ready");
    assertThat(ready).isEqualTo(status.phase() == DeploymentPhase.HEALTHY);
    assertThat(is("Reconciling") && is("Stalled")).as("both at work and stalled").isFalse();
    assertThat(ready && (is("Reconciling") || is("Stalled"))).as("ready and not").isFalse();
    boolean awaits =
        status.waves().stream().anyMatch(w -> w.phase() == WavePhase.AWAITING_PROMOTION);
    boolean paused = Boolean.TRUE.equals(hub.deployment.getSpec().rollout().paused());
    assertThat(!is("Paused") || paused || awaits).as("paused by nobody: %s", status).isTrue();
    assertThat(is("Paused") || !paused).as("paused and not told: %s", status).isTrue();
    if (ready) {
      assertThat(status.currentRevision()).isEqualTo(status.updateRevision());
      assertThat(FleetRollout.failed(status.rejectedRevisions()))
          .doesNotContain(status.updateRevision());
      servesButForAFew();
    }
  }

  /** Every node that can be reached serves a revision, or failed with it. */
  private void servesEverywhere(String revision) {
    for (SimulatedHub.Node node : hub.nodes) {
      String variant = variant(node, revision);
      if (node.ready) {
        assertThat(serves(node, variant) || failed(node, variant))
            .as(
                "node %s serves revision %s, which the status says: %s",
                node.name, revision, status)
            .isTrue();
      }
    }
  }

  /** Ready stays as long as no more nodes are missing than may be unavailable. */
  private void servesButForAFew() {
    int unavailable = MaxUnavailable.of(hub.deployment);
    for (TargetServing serving : hub.decision.servings()) {
      String target = serving.target().name();
      List<SimulatedHub.Node> all =
          hub.nodes.stream().filter(n -> n.target.equals(target)).toList();
      long missing =
          all.stream()
              .filter(node -> node.ready && !node.pods.isEmpty())
              .filter(node -> !serves(node, variant(node, status.updateRevision())))
              .filter(node -> !failed(node, variant(node, status.updateRevision())))
              .count();
      assertThat(missing)
          .as("nodes of %s without revision %s: %s", target, status.updateRevision(), status)
          .isLessThanOrEqualTo(Math.min(unavailable, all.size() / 2));
    }
  }

  /** What is said to have failed on devices failed on one. */
  private void rejections() {
    for (RejectedRevision rejected : status.rejectedRevisions()) {
      if (rejected.reason().equals("GoldenMismatch")) {
        hub.facts.revision(rejected.revision()).stream()
            .flatMap(revision -> revision.plans().stream().map(TargetPlan::variant))
            .forEach(variant -> assertThat(hub.models.get(variant)).isNotIn("m0", "good"));
      }
    }
  }

  private void numbers() {
    long serving = hub.nodes.stream().filter(node -> serves(node, null)).count();
    assertThat((long) status.available())
        .as("available of %s", status)
        .isLessThanOrEqualTo(serving);
    long updated =
        hub.nodes.stream()
            .filter(
                node ->
                    node.pods.values().stream()
                        .anyMatch(p -> p.variant().equals(variant(node, status.updateRevision()))))
            .count();
    assertThat((long) status.updated()).as("updated of %s", status).isLessThanOrEqualTo(updated);
    if (is("Available")) {
      assertThat(hub.nodes.isEmpty() || status.available() > 0 || status.desired() == 0).isTrue();
    }
  }

  private void waves() {
    String update = status.updateRevision();
    List<Unit> units = hub.nodes.stream().map(StatusTruth::unit).toList();
    RolloutPolicy policy = RolloutPolicy.of(hub.deployment.getSpec().rollout());
    Map<String, List<Unit>> members = WaveMembers.of(units, policy);
    assertThat(status.waves().stream().map(WaveStatus::name))
        .containsExactlyInAnyOrderElementsOf(members.keySet());
    boolean back = hub.decision.state() instanceof RolloutState.RolledBack;
    for (WaveStatus wave : status.waves()) {
      List<SimulatedHub.Node> own =
          members.get(wave.name()).stream().map(unit -> nodes.get(unit.name())).toList();
      assertThat(wave.units()).isEqualTo(own.size());
      assertThat(wave.unreachable()).as("away").isEqualTo(count(own, n -> !n.ready));
      assertThat(wave.updated())
          .as("told of wave %s", wave)
          .isLessThanOrEqualTo(count(own, n -> hub.told(n, update)));
      assertThat(wave.verified())
          .as("verified of wave %s", wave)
          .isLessThanOrEqualTo(count(own, n -> serves(n, variant(n, update))));
      if (!back) {
        assertThat(wave.failed())
            .as("failed of wave %s", wave)
            .isLessThanOrEqualTo(count(own, n -> failed(n, variant(n, update))));
      }
      began(wave, own);
    }
  }

  /** A wave completes, soaks and waits only when its nodes serve, and soaks no longer than said. */
  private void began(WaveStatus wave, List<SimulatedHub.Node> own) {
    WavePhase then =
        hub.before.waves().stream()
            .filter(w -> Objects.equals(hub.before.updateRevision(), status.updateRevision()))
            .filter(w -> w.name().equals(wave.name()))
            .map(WaveStatus::phase)
            .findFirst()
            .orElse(WavePhase.PENDING);
    boolean verified =
        wave.phase() == WavePhase.SOAKING
            || wave.phase() == WavePhase.AWAITING_PROMOTION
            || wave.phase() == WavePhase.COMPLETE;
    if (verified && then != wave.phase() && then != WavePhase.SOAKING) {
      long open =
          own.stream()
              .filter(node -> node.ready)
              .filter(node -> !serves(node, variant(node, status.updateRevision())))
              .filter(node -> !failed(node, variant(node, status.updateRevision())))
              .count();
      assertThat(open).as("nodes of wave %s, said to be through", wave).isZero();
    }
    if (wave.phase() == WavePhase.SOAKING) {
      assertThat(Instant.parse(wave.soakUntil())).isAfter(hub.now);
    }
  }

  private static Unit unit(SimulatedHub.Node node) {
    return new Unit(
        Unit.Kind.NODE,
        node.target,
        node.name,
        Map.of(),
        true,
        true,
        node.ready,
        null,
        null,
        new Sight.Starting());
  }

  private boolean is(String type) {
    return Conditions.isTrue(status.conditions(), type);
  }

  private String variant(SimulatedHub.Node node, String revision) {
    Revision update = hub.decision.update();
    Revision known =
        update.hash().equals(revision) ? update : hub.facts.revision(revision).orElseThrow();
    return known.plan(node.target).orElseThrow().variant();
  }

  /** Whether a node that can be reached answers, with a variant where one is given. */
  private boolean serves(SimulatedHub.Node node, String variant) {
    return node.ready
        && node.pods.values().stream()
            .anyMatch(p -> p.ready(hub.now) && (variant == null || variant.equals(p.variant())));
  }

  private boolean failed(SimulatedHub.Node node, String variant) {
    return node.pods.values().stream()
        .anyMatch(p -> p.variant().equals(variant) && p.failed(hub.now));
  }

  private static int count(List<SimulatedHub.Node> nodes, Predicate<SimulatedHub.Node> what) {
    return (int) nodes.stream().filter(what).count();
  }
}
