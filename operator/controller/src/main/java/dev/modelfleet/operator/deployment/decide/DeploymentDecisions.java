package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.DeploymentTarget;
import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions.Reason;
import dev.modelfleet.api.v1alpha1.ModelVariantSpec;
import dev.modelfleet.api.v1alpha1.Placement;
import dev.modelfleet.api.v1alpha1.RejectedRevision;
import dev.modelfleet.api.v1alpha1.RolloutActions;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.operator.member.decide.MemberPlan.Rejection;
import dev.modelfleet.operator.rollout.decide.RolloutPlan.Verdict;
import dev.modelfleet.operator.rollout.decide.RolloutStep;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Decides what a ModelDeployment's targets serve.
 *
 * <p>A target that nothing serves yet is served the spec's revision as soon as its variant is
 * ready, so that one target without nodes holds up no other. One that serves takes a new revision
 * wave by wave, as {@link FleetRollout} and the planner say. A revision that fails on devices, or
 * whose pods make no progress for too long, is given up on all targets for the last one that all of
 * them served, and remembered so that it is not tried again.
 */
public final class DeploymentDecisions {

  private static final int DEFAULT_DEADLINE = 600;

  private final DeploymentFacts facts;
  private final Instant now;
  private final References references;
  private final Optional<RolloutState.NotAccepted> objection;
  private final RolloutRequests requests;
  private final Optional<Revision> undone;
  private final Revision update;
  private final String current;
  private final boolean paused;
  private final Rejections rejections;
  private FleetRollout fleet;
  private RolloutStep step;

  private DeploymentDecisions(DeploymentFacts facts, Instant now) {
    this.facts = facts;
    this.now = now;
    this.references = References.of(facts);
    this.objection = Acceptance.objection(facts);
    this.requests = new RolloutRequests(facts, now);
    this.undone = requests.undo();
    this.update =
        undone.orElseGet(
            () ->
                references instanceof References.Resolved resolved
                    ? updateRevision(resolved)
                    : facts.revision(facts.status().updateRevision()).orElse(null));
    this.current = facts.status().currentRevision();
    var rollout = facts.deployment().getSpec().rollout();
    this.paused = requests.paused() || (rollout != null && Boolean.TRUE.equals(rollout.paused()));
    this.rejections = new Rejections(requests.standing(facts.status().rejectedRevisions()));
  }

  /** A pure function of what is observed and the time. */
  public static DeploymentDecision decide(DeploymentFacts facts, Instant now) {
    return new DeploymentDecisions(facts, now).decide();
  }

  private DeploymentDecision decide() {
    if (update != null && canRollBack()) {
      requests
          .aborted(update)
          .ifPresent(
              time ->
                  rejections.add(
                      update,
                      Reason.ABORTED,
                      "revision %s was aborted".formatted(update.hash()),
                      time));
    }
    planFleet();
    List<TargetServing> servings = servings();
    RolloutState state = state(servings);
    if (state instanceof RolloutState.Exceeded(String reason, String message)
        && canRollBack()
        && rollsBack()) {
      reject(reason, message);
      planFleet();
      servings = servings();
      state = rolledBackState(servings);
    }
    rejectedVariant(servings).ifPresent(why -> reject(Reason.VARIANT_REJECTED, why));
    String served = state instanceof RolloutState.Complete ? update.hash() : current;
    Retention kept = Retention.of(facts, update, served);
    boolean builds =
        references instanceof References.Resolved && objection.isEmpty() && undone.isEmpty();
    Map<String, ModelVariantSpec> variants =
        builds ? ((References.Resolved) references).variants() : Map.of();
    return new DeploymentDecision(
        state,
        update,
        served,
        rejections.list(),
        servings,
        variants,
        kept.revisions(),
        kept.variants(),
        paused,
        step == null ? null : step.plan(),
        requests.problems());
  }

  /** Puts what serves already before the planner, where there is a revision to come from. */
  private void planFleet() {
    Optional<Revision> last = facts.revision(current);
    boolean decidable = references instanceof References.Resolved && objection.isEmpty();
    if (update == null || last.isEmpty() || !decidable) {
      return;
    }
    fleet = new FleetRollout(facts, update, last.get(), rejections.list());
    step = fleet.step(paused, undone.isEmpty(), requests.promotions(update), now);
    if (step.failure() != null) {
      reject(step.failure().reason(), step.failure().message());
    }
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

  private List<TargetServing> servings() {
    return facts.deployment().getSpec().targets().stream().map(this::serving).toList();
  }

  private TargetServing serving(DeploymentTarget target) {
    TargetPlan wanted = update == null ? null : update.plan(target.name()).orElse(null);
    var wantedVariant = wanted == null ? null : facts.variants().get(wanted.variant());
    WorkloadFacts workload = workload(target, wanted);
    List<WorkloadFacts> workloads = facts.workloads().getOrDefault(target.name(), List.of());
    DeploymentTarget counted = Scaling.counted(facts.deployment(), target, wanted, workloads);
    TargetServing undecided =
        new TargetServing(counted, wanted, wantedVariant, null, null, null, workload);
    Optional<TargetRollout> rollout = step == null ? Optional.empty() : fleet.of(target.name());
    if (rollout.isPresent()) {
      return rollingOut(undecided, rollout.get());
    }
    boolean mayUpdate =
        references instanceof References.Resolved
            && objection.isEmpty()
            && !paused
            && rolledBack().isEmpty()
            && undecided.wantedReady();
    if (mayUpdate) {
      return serving(undecided, update);
    }
    boolean split = workloads.size() > 1;
    return kept(workload)
        .filter(revision -> !split && revision.plan(target.name()).filter(this::served).isPresent())
        .map(revision -> serving(undecided, revision))
        .orElse(undecided);
  }

  private TargetServing serving(TargetServing target, Revision revision) {
    TargetPlan plan = revision.plan(target.target().name()).orElseThrow();
    return new TargetServing(
        target.target(),
        target.wanted(),
        target.wantedVariant(),
        plan,
        revision.hash(),
        facts.variants().get(plan.variant()),
        target.workload());
  }

  /** A target that serves already: what the planner says, on as many objects as that takes. */
  private TargetServing rollingOut(TargetServing target, TargetRollout rollout) {
    boolean back = rolledBack().isPresent();
    Revision goal = back ? facts.revision(current).orElseThrow() : update;
    Revision shown = target.wantedReady() || back ? goal : facts.revision(current).orElseThrow();
    TargetServing plain = serving(target, shown);
    List<HostPlan> hosts = rollout.hosts(step.plan(), goal.hash());
    Spread spread = rollout.spread(step.plan(), goal.hash());
    boolean over = update.hash().equals(current) && hosts.size() == 1 && spread.settled();
    return new TargetServing(
        plain.target(),
        plain.wanted(),
        plain.wantedVariant(),
        plain.plan(),
        plain.revision(),
        plain.servedVariant(),
        plain.workload(),
        hosts,
        over ? null : spread);
  }

  /** The revision that a target stays on: what it serves, unless that was given up. */
  private Optional<Revision> kept(WorkloadFacts workload) {
    Optional<Revision> lastGood = facts.revision(current);
    if (workload == null) {
      return paused ? Optional.empty() : lastGood;
    }
    boolean servesGivenUp = rolledBack().isPresent() && update.hash().equals(workload.revision());
    return servesGivenUp ? lastGood : facts.revision(workload.revision()).or(() -> lastGood);
  }

  private boolean served(TargetPlan plan) {
    var variant = facts.variants().get(plan.variant());
    return variant != null
        && variant.getStatus() != null
        && variant.getStatus().phase() == VariantPhase.READY;
  }

  /** The workload of the wanted kind, or of the other where that one is not there. */
  private WorkloadFacts workload(DeploymentTarget inSpec, TargetPlan wanted) {
    if (wanted != null && wanted.inMembers()) {
      return WorkloadFacts.of(inSpec.name(), facts.memberViews(inSpec)).orElse(null);
    }
    String target = inSpec.name();
    List<WorkloadFacts> found = facts.workloads().getOrDefault(target, List.of());
    boolean perNode = wanted != null && wanted.mode() == Placement.Mode.PER_NODE;
    return found.stream()
        .filter(workload -> (workload.replicas() == null) == perNode)
        .max(Comparator.comparing(w -> update != null && update.hash().equals(w.revision())))
        .or(() -> found.stream().findFirst())
        .orElse(null);
  }

  private RolloutState state(List<TargetServing> servings) {
    if (references instanceof References.Unresolved unresolved) {
      return new RolloutState.Unresolved(unresolved);
    }
    if (objection.isPresent()) {
      return objection.get();
    }
    if (rolledBack().isPresent()) {
      return rolledBackState(servings);
    }
    if (complete(servings)) {
      return new RolloutState.Complete();
    }
    if (paused) {
      return new RolloutState.Paused(pausedBy());
    }
    boolean replaces = step != null && !update.hash().equals(current);
    return replaces ? gated(servings) : open(servings);
  }

  private boolean complete(List<TargetServing> servings) {
    int unavailable = MaxUnavailable.of(facts.deployment());
    boolean held = paused && step != null && fleet.holdsOther(step.plan());
    boolean wasComplete = update.hash().equals(current) && !held;
    boolean verified = step == null || step.plan().verdict() instanceof Verdict.Complete;
    return (wasComplete || verified)
        && servings.stream()
            .allMatch(
                s ->
                    s.complete()
                        || (wasComplete
                            && s.updating()
                            && s.applied()
                            && s.minimumWithPlan(tolerated(s, unavailable))));
  }

  /** How many pods may be missing of a target that was complete; more while it is scaled out. */
  private int tolerated(TargetServing serving, int unavailable) {
    int growth = Scaling.growth(facts.deployment(), serving);
    return growth + Math.min(unavailable, (serving.desired() - growth) / 2);
  }

  private String pausedBy() {
    return requests.paused()
        ? "the rollout stands still because annotation %s is \"true\": remove it to go on"
            .formatted(RolloutActions.PAUSED)
        : "the rollout stands still because spec.rollout.paused is true";
  }

  private RolloutState gated(List<TargetServing> servings) {
    return switch (step.plan().verdict()) {
      case Verdict.Soaking(String wave, Instant until) -> new RolloutState.Soaking(wave, until);
      case Verdict.Analyzing(String wave, String message) ->
          new RolloutState.Analyzing(wave, message);
      case Verdict.AwaitingPromotion(String wave) ->
          new RolloutState.AwaitingPromotion(
              wave,
              "wave %s is verified and stands still until annotation %s is %s/%s"
                  .formatted(wave, RolloutActions.PROMOTE, update.hash(), wave));
      case Verdict.Failed failed -> new RolloutState.Exceeded(failed.reason(), failed.message());
      default -> open(servings);
    };
  }

  private RolloutState open(List<TargetServing> servings) {
    Optional<Rejection> failed = memberFailure(servings);
    if (failed.isPresent()) {
      return new RolloutState.Exceeded(failed.get().reason(), failed.get().message());
    }
    List<TargetServing> open =
        servings.stream().filter(s -> s.updating() && !s.complete()).toList();
    if (open.stream().anyMatch(s -> NoPlace.of(facts, s).isEmpty())) {
      return underway(servings);
    }
    if (!open.isEmpty() && servings.stream().allMatch(TargetServing::wantedReady)) {
      return new RolloutState.Placeless(NoPlace.of(facts, open.getFirst()).orElseThrow());
    }
    boolean some = servings.stream().anyMatch(TargetServing::complete);
    return some ? new RolloutState.Blocked() : new RolloutState.Building();
  }

  /** Why a member cluster gave the revision up. */
  private Optional<Rejection> memberFailure(List<TargetServing> servings) {
    return servings.stream()
        .filter(TargetServing::updating)
        .flatMap(serving -> facts.memberViews(serving.target()).stream())
        .flatMap(view -> view.failure().stream())
        .filter(failure -> failure.revision().equals(update.hash()))
        .findFirst();
  }

  private RolloutState underway(List<TargetServing> servings) {
    boolean ripening = step != null && (step.plan().next().isPresent() || step.plan().waiting());
    Instant progress = Progress.time(facts, update, servings, ripening, now);
    int seconds = deadlineSeconds();
    Instant deadline = progress.plus(Duration.ofSeconds(seconds));
    return now.isBefore(deadline)
        ? new RolloutState.Underway(progress, deadline, Progress.trouble(facts, update))
        : new RolloutState.Exceeded(
            Reason.PROGRESS_DEADLINE_EXCEEDED,
            "revision %s made no progress for %d s: %s%s"
                .formatted(
                    update.hash(),
                    seconds,
                    Progress.missing(servings),
                    Progress.trouble(facts, update)));
  }

  /** Why the update is given up for the last good revision; empty where it is not. */
  private Optional<RejectedRevision> rolledBack() {
    return update != null && canRollBack() ? rejections.failure(update) : Optional.empty();
  }

  /** Told as done only when it is seen to be done. */
  private RolloutState.RolledBack rolledBackState(List<TargetServing> servings) {
    RejectedRevision why = rolledBack().orElseThrow();
    boolean back = servings.stream().allMatch(TargetServing::asPlanned);
    Instant since = why.time() == null ? Instant.MIN : Instant.parse(why.time());
    Instant deadline = why.time() == null ? since : since.plusSeconds(deadlineSeconds());
    String where =
        back ? ": rolled back to revision " + current : goingBack(servings, now.isBefore(deadline));
    return new RolloutState.RolledBack(why.reason(), why.message() + where, back, deadline);
  }

  private String goingBack(List<TargetServing> servings, boolean inTime) {
    return ": going back to revision %s%s: %s"
        .formatted(
            current,
            inTime ? "" : ", which takes too long",
            servings.stream()
                .filter(serving -> !serving.asPlanned())
                .map(
                    s ->
                        "target %s serves it with %d of %d pods"
                            .formatted(s.target().name(), s.withPlan(), s.desired()))
                .collect(Collectors.joining("; ")));
  }

  private int deadlineSeconds() {
    var rollout = facts.deployment().getSpec().rollout();
    return rollout == null || rollout.progressDeadlineSeconds() == null
        ? DEFAULT_DEADLINE
        : rollout.progressDeadlineSeconds();
  }

  private boolean canRollBack() {
    return current != null && !current.equals(update.hash()) && facts.revision(current).isPresent();
  }

  private boolean rollsBack() {
    var rollout = facts.deployment().getSpec().rollout();
    return rollout == null || !Boolean.FALSE.equals(rollout.autoRollback());
  }

  private Optional<String> rejectedVariant(List<TargetServing> servings) {
    return servings.stream()
        .filter(s -> s.wanted() != null && s.phase() == VariantPhase.REJECTED)
        .findFirst()
        .map(s -> "target " + s.target().name() + ": " + VariantWords.message(s));
  }

  private void reject(String reason, String message) {
    rejections.add(update, reason, message, now);
  }
}
