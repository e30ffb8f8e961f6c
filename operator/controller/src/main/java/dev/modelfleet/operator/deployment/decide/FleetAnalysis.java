package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatus;
import dev.modelfleet.api.v1alpha1.PrometheusAnalysis;
import dev.modelfleet.operator.analysis.decide.QueryAnalysis;
import dev.modelfleet.operator.analysis.decide.Question;
import dev.modelfleet.operator.rollout.decide.Judgement;
import dev.modelfleet.operator.rollout.decide.Sight;
import dev.modelfleet.operator.rollout.decide.Unit;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The queries that a revision is judged by while it replaces another one. */
public final class FleetAnalysis {

  private FleetAnalysis() {}

  /**
   * What has to be asked now: nothing before a unit was told the revision, or when it is everywhere
   * or was given up.
   */
  public static Set<Question> questions(ModelDeployment deployment, List<Revision> revisions) {
    ModelDeploymentStatus status = deployment.getStatus();
    Optional<PrometheusAnalysis> spec = spec(deployment);
    if (spec.isEmpty() || status == null || status.currentRevision() == null) {
      return Set.of();
    }
    String update = status.updateRevision();
    boolean underway =
        !status.currentRevision().equals(update)
            && !FleetRollout.failed(status.rejectedRevisions()).contains(update)
            && status.waves().stream().anyMatch(wave -> wave.updated() > 0);
    return underway
        ? revisions.stream()
            .filter(revision -> revision.hash().equals(update))
            .findFirst()
            .map(revision -> analysis(spec.get(), deployment, revision).questions())
            .orElseGet(Set::of)
        : Set.of();
  }

  /** Whether there is something to be asked from time to time, after a decision. */
  public static boolean asks(DeploymentFacts facts, DeploymentDecision decision) {
    return spec(facts.deployment()).isPresent()
        && decision.plan() != null
        && !decision.update().hash().equals(decision.current())
        && !FleetRollout.failed(decision.rejected()).contains(decision.update().hash())
        && decision.plan().waves().stream().anyMatch(wave -> wave.updated() > 0);
  }

  /** What the answers say of a revision, as far as units serve it. */
  static Judgement judge(DeploymentFacts facts, Revision update, List<Unit> units) {
    List<Unit> serving =
        units.stream()
            .filter(unit -> unit.reachable() && unit.sight() instanceof Sight.Ready)
            .filter(unit -> update.hash().equals(unit.told()))
            .filter(unit -> update.hash().equals(unit.serves()))
            .toList();
    Optional<Instant> first =
        serving.stream()
            .map(unit -> ((Sight.Ready) unit.sight()).since())
            .min(Comparator.naturalOrder());
    Optional<PrometheusAnalysis> spec = spec(facts.deployment());
    if (spec.isEmpty() || first.isEmpty()) {
      return new Judgement.Unasked();
    }
    Set<String> targets = serving.stream().map(Unit::target).collect(Collectors.toSet());
    return analysis(spec.get(), facts.deployment(), update)
        .judge(targets, first.get(), facts.measurements());
  }

  private static Optional<PrometheusAnalysis> spec(ModelDeployment deployment) {
    var rollout = deployment.getSpec().rollout();
    return rollout == null || rollout.analysis() == null
        ? Optional.empty()
        : Optional.ofNullable(rollout.analysis().prometheus());
  }

  private static QueryAnalysis analysis(
      PrometheusAnalysis spec, ModelDeployment deployment, Revision update) {
    Map<String, String> variants =
        update.plans().stream().collect(Collectors.toMap(TargetPlan::name, TargetPlan::variant));
    return new QueryAnalysis(
        spec,
        new QueryAnalysis.Scope(
            deployment.getMetadata().getNamespace(),
            deployment.getMetadata().getName(),
            update.hash(),
            variants));
  }
}
