package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.DeploymentTarget;
import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions.Reason;
import dev.modelfleet.api.v1alpha1.ModelVariantSpec;
import dev.modelfleet.api.v1alpha1.Percentage;
import dev.modelfleet.api.v1alpha1.Placement;
import dev.modelfleet.api.v1alpha1.RejectedRevision;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.api.v1alpha1.Wave;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides what a ModelDeployment's targets serve.
 *
 * <p>Each target is on its own: it moves to the spec's revision when its variant is ready, so that
 * one target without nodes holds up no other. A target without a variant that may be served keeps
 * what it serves. A revision whose pods make no progress for too long is given up on all targets
 * for the last one that all of them served, and remembered so that it is not tried again.
 */
public final class DeploymentDecisions {

  private static final int MAX_REJECTED = 10;
  private static final int DEFAULT_DEADLINE = 600;

  private final DeploymentFacts facts;
  private final Instant now;
  private final References references;
  private final Revision update;
  private final boolean paused;

  private DeploymentDecisions(DeploymentFacts facts, Instant now) {
    this.facts = facts;
    this.now = now;
    this.references = References.of(facts);
    this.update =
        references instanceof References.Resolved resolved
            ? updateRevision(resolved)
            : facts.revision(facts.status().updateRevision()).orElse(null);
    var rollout = facts.deployment().getSpec().rollout();
    this.paused = rollout != null && Boolean.TRUE.equals(rollout.paused());
  }

  /** A pure function of what is observed and the time. */
  public static DeploymentDecision decide(DeploymentFacts facts, Instant now) {
    return new DeploymentDecisions(facts, now).decide();
  }

  private DeploymentDecision decide() {
    List<RejectedRevision> rejected = new ArrayList<>(facts.status().rejectedRevisions());
    String current = facts.status().currentRevision();
    List<TargetServing> servings = servings(rejected, current);
    RolloutState state = state(servings, rejected);
    if (state instanceof RolloutState.Exceeded(String message) && canRollBack(current)) {
      reject(rejected, Reason.PROGRESS_DEADLINE_EXCEEDED, message);
      servings = servings(rejected, current);
      state = rolledBackState(rejected);
    }
    if (state instanceof RolloutState.Complete) {
      current = update.hash();
    }
    rejectedVariant(servings).ifPresent(why -> reject(rejected, Reason.VARIANT_REJECTED, why));
    Retention kept = Retention.of(facts, update, current);
    Map<String, ModelVariantSpec> variants =
        references instanceof References.Resolved resolved && accepted().isEmpty()
            ? resolved.variants()
            : Map.of();
    return new DeploymentDecision(
        state,
        update,
        current,
        List.copyOf(rejected),
        servings,
        variants,
        kept.revisions(),
        kept.variants(),
        paused);
  }

  private Revision updateRevision(References.Resolved resolved) {
    String hash = Revision.hash(resolved.plans());
    long newest = facts.revisions().stream().mapToLong(Revision::number).max().orElse(0);
    Optional<Revision> kept = facts.revision(hash);
    return new Revision(
        hash,
        kept.map(Revision::number).orElse(newest + 1),
        facts.generation(),
        resolved.pins(),
        resolved.plans());
  }

  private List<TargetServing> servings(List<RejectedRevision> rejected, String current) {
    boolean rolledBack = rolledBack(rejected);
    return facts.deployment().getSpec().targets().stream()
        .map(target -> serving(target, rolledBack, current))
        .toList();
  }

  private TargetServing serving(DeploymentTarget target, boolean rolledBack, String current) {
    TargetPlan wanted = update == null ? null : update.plan(target.name()).orElse(null);
    var wantedVariant = wanted == null ? null : facts.variants().get(wanted.variant());
    WorkloadFacts workload = workload(target.name(), wanted);
    TargetServing undecided =
        new TargetServing(target, wanted, wantedVariant, null, null, null, workload);
    boolean mayUpdate =
        references instanceof References.Resolved
            && accepted().isEmpty()
            && !paused
            && !rolledBack
            && undecided.wantedReady();
    if (mayUpdate) {
      return new TargetServing(
          target, wanted, wantedVariant, wanted, update.hash(), wantedVariant, workload);
    }
    return kept(workload, rolledBack, current)
        .flatMap(
            revision ->
                revision
                    .plan(target.name())
                    .filter(plan -> served(plan))
                    .map(
                        plan ->
                            new TargetServing(
                                target,
                                wanted,
                                wantedVariant,
                                plan,
                                revision.hash(),
                                facts.variants().get(plan.variant()),
                                workload)))
        .orElse(undecided);
  }

  /** The revision that a target stays on: what it serves, unless that was given up. */
  private Optional<Revision> kept(WorkloadFacts workload, boolean rolledBack, String current) {
    Optional<Revision> lastGood = facts.revision(current);
    if (workload == null) {
      return paused ? Optional.empty() : lastGood;
    }
    boolean servesGivenUp =
        rolledBack && update != null && update.hash().equals(workload.revision());
    return servesGivenUp ? lastGood : facts.revision(workload.revision()).or(() -> lastGood);
  }

  private boolean served(TargetPlan plan) {
    var variant = facts.variants().get(plan.variant());
    return variant != null
        && variant.getStatus() != null
        && variant.getStatus().phase() == VariantPhase.READY;
  }

  /** The workload of the wanted kind, or of the other where that one is not there. */
  private WorkloadFacts workload(String target, TargetPlan wanted) {
    List<WorkloadFacts> found = facts.workloads().getOrDefault(target, List.of());
    boolean perNode = wanted != null && wanted.mode() == Placement.Mode.PER_NODE;
    return found.stream()
        .filter(workload -> (workload.replicas() == null) == perNode)
        .findFirst()
        .or(() -> found.stream().findFirst())
        .orElse(null);
  }

  private RolloutState state(List<TargetServing> servings, List<RejectedRevision> rejected) {
    Optional<RolloutState.NotAccepted> notAccepted = accepted();
    if (references instanceof References.Unresolved unresolved) {
      return new RolloutState.Unresolved(unresolved);
    }
    if (notAccepted.isPresent()) {
      return notAccepted.get();
    }
    if (rolledBack(rejected)) {
      return rolledBackState(rejected);
    }
    int unavailable = MaxUnavailable.of(facts.deployment());
    boolean wasComplete = update.hash().equals(facts.status().currentRevision());
    boolean complete =
        servings.stream()
            .allMatch(
                s ->
                    s.complete()
                        || (wasComplete
                            && s.updating()
                            && s.applied()
                            && s.minimumAvailable(Math.min(unavailable, s.desired() / 2))));
    if (complete) {
      return new RolloutState.Complete();
    }
    if (paused) {
      return new RolloutState.Paused();
    }
    boolean underway = servings.stream().anyMatch(s -> s.updating() && !s.complete());
    if (underway) {
      return underway(servings);
    }
    boolean some = servings.stream().anyMatch(TargetServing::complete);
    return some ? new RolloutState.Blocked() : new RolloutState.Building();
  }

  private RolloutState underway(List<TargetServing> servings) {
    Instant progress = Progress.time(facts, update, servings, now);
    var rollout = facts.deployment().getSpec().rollout();
    int seconds =
        rollout == null || rollout.progressDeadlineSeconds() == null
            ? DEFAULT_DEADLINE
            : rollout.progressDeadlineSeconds();
    Instant deadline = progress.plus(Duration.ofSeconds(seconds));
    return now.isBefore(deadline)
        ? new RolloutState.Underway(progress, deadline)
        : new RolloutState.Exceeded(
            "revision %s made no progress for %d s: %s"
                .formatted(update.hash(), seconds, Progress.missing(servings)));
  }

  private boolean rolledBack(List<RejectedRevision> rejected) {
    return update != null
        && canRollBack(facts.status().currentRevision())
        && rejected.stream()
            .anyMatch(
                r ->
                    r.revision().equals(update.hash())
                        && Reason.PROGRESS_DEADLINE_EXCEEDED.equals(r.reason()));
  }

  private RolloutState.RolledBack rolledBackState(List<RejectedRevision> rejected) {
    String why =
        rejected.stream()
            .filter(r -> r.revision().equals(update.hash()))
            .map(RejectedRevision::message)
            .findFirst()
            .orElseThrow();
    return new RolloutState.RolledBack(
        why + ": rolled back to revision " + facts.status().currentRevision());
  }

  private boolean canRollBack(String current) {
    return current != null && !current.equals(update.hash()) && facts.revision(current).isPresent();
  }

  private Optional<String> rejectedVariant(List<TargetServing> servings) {
    return servings.stream()
        .filter(s -> s.wanted() != null && s.phase() == VariantPhase.REJECTED)
        .findFirst()
        .map(s -> "target " + s.target().name() + ": " + VariantWords.message(s));
  }

  private void reject(List<RejectedRevision> rejected, String reason, String message) {
    boolean known = rejected.stream().anyMatch(r -> r.revision().equals(update.hash()));
    if (!known) {
      String bounded = message.length() <= 512 ? message : message.substring(0, 511) + "…";
      rejected.addFirst(
          new RejectedRevision(
              update.hash(), reason, bounded, now.truncatedTo(ChronoUnit.SECONDS).toString()));
      while (rejected.size() > MAX_REJECTED) {
        rejected.removeLast();
      }
    }
  }

  private Optional<RolloutState.NotAccepted> accepted() {
    if (!facts.conflicts().isEmpty()) {
      return Optional.of(
          new RolloutState.NotAccepted(Reason.NAME_CONFLICT, String.join("; ", facts.conflicts())));
    }
    return wavesNotAscending().or(this::replicasNotApplicable);
  }

  private Optional<RolloutState.NotAccepted> wavesNotAscending() {
    var rollout = facts.deployment().getSpec().rollout();
    List<Wave> shares =
        rollout == null
            ? List.of()
            : rollout.waves().stream().filter(wave -> wave.percent() != null).toList();
    for (int i = 1; i < shares.size(); i++) {
      Wave wave = shares.get(i);
      Wave before = shares.get(i - 1);
      if (Percentage.parse(wave.percent()).fraction()
          <= Percentage.parse(before.percent()).fraction()) {
        return Optional.of(
            new RolloutState.NotAccepted(
                Reason.WAVES_NOT_ASCENDING,
                "wave %s takes %s of all units together with the waves before it, and wave %s already takes %s: give percentages in ascending order"
                    .formatted(wave.name(), wave.percent(), before.name(), before.percent())));
      }
    }
    return Optional.empty();
  }

  private Optional<RolloutState.NotAccepted> replicasNotApplicable() {
    return facts.deployment().getSpec().targets().stream()
        .filter(target -> target.replicas() != null)
        .filter(target -> perNode(target))
        .findFirst()
        .map(
            target ->
                new RolloutState.NotAccepted(
                    Reason.REPLICAS_NOT_APPLICABLE,
                    "target %s gives replicas, but HardwareTarget %s runs one pod on each node: remove replicas"
                        .formatted(target.name(), target.hardwareTargetRef().name())));
  }

  private boolean perNode(DeploymentTarget target) {
    var hardware = facts.targets().get(target.hardwareTargetRef().name());
    return hardware != null && hardware.getSpec().placement().mode() == Placement.Mode.PER_NODE;
  }
}
