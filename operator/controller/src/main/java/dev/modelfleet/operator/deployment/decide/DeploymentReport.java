package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions;
import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions.Reason;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatus;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatusBuilder;
import dev.modelfleet.api.v1alpha1.RolloutActions;
import dev.modelfleet.api.v1alpha1.WaveStatus;
import dev.modelfleet.operator.status.Conditions;
import java.time.Instant;
import java.util.List;
import java.util.function.ToIntFunction;

/** Makes a ModelDeployment's status from what was observed and decided: the one place for it. */
public final class DeploymentReport {

  private final DeploymentFacts facts;
  private final DeploymentDecision decision;
  private final Instant now;
  private final VariantsSummary variants;
  private final Headline headline;

  private DeploymentReport(DeploymentFacts facts, DeploymentDecision decision, Instant now) {
    this.facts = facts;
    this.decision = decision;
    this.now = now;
    this.variants = VariantsSummary.of(decision);
    this.headline = Headline.of(decision, variants, now);
  }

  /** The status to report. */
  public static ModelDeploymentStatus of(
      DeploymentFacts facts, DeploymentDecision decision, Instant now) {
    return new DeploymentReport(facts, decision, now).status();
  }

  private ModelDeploymentStatus status() {
    List<TargetServing> servings = decision.servings();
    ModelDeploymentStatusBuilder status = ModelDeploymentStatusBuilder.builder();
    int desired = sum(TargetServing::desired);
    int ready = sum(TargetServing::ready);
    status
        .observedGeneration(facts.generation())
        .phase(headline.phase())
        .message(headline.message())
        .targets(servings.size())
        .readyTargets((int) servings.stream().filter(TargetServing::complete).count())
        .readiness(ready + "/" + desired)
        .desired(desired)
        .updated(sum(TargetServing::updated))
        .ready(ready)
        .available(sum(TargetServing::available))
        .currentRevision(decision.current())
        .updateRevision(
            decision.update() == null ? facts.status().updateRevision() : decision.update().hash())
        .rejectedRevisions(decision.rejected())
        .targetStatuses(servings.stream().map(s -> TargetReport.of(s, decision.state())).toList())
        .waves(waves())
        .modelDigest(modelDigest())
        .progressTime(progressTime())
        .conditions(conditions().list());
    return status.build();
  }

  private int sum(ToIntFunction<TargetServing> number) {
    return decision.servings().stream().mapToInt(number).sum();
  }

  /** The waves as planned; where nothing could be planned, what is known of them stays. */
  private List<WaveStatus> waves() {
    if (decision.plan() != null) {
      return decision.plan().waves();
    }
    boolean same =
        decision.update() == null
            || decision.update().hash().equals(facts.status().updateRevision());
    return same ? facts.status().waves() : List.of();
  }

  private String modelDigest() {
    var model = facts.deployment().getSpec().model();
    if (model.digest() != null) {
      return model.digest();
    }
    return decision.update() == null
        ? facts.status().modelDigest()
        : decision.update().pins().get(model.uri());
  }

  private String progressTime() {
    return switch (decision.state()) {
      case RolloutState.Underway underway -> underway.progressTime().toString();
      case RolloutState.Paused paused -> facts.status().progressTime();
      case RolloutState.Exceeded exceeded -> facts.status().progressTime();
      default -> null;
    };
  }

  private Conditions conditions() {
    Conditions conditions = new Conditions(facts.status().conditions(), facts.generation(), now);
    accepted(conditions);
    resolvedRefs(conditions);
    variantsReady(conditions);
    progressing(conditions);
    available(conditions);
    String reason = headline.reason();
    String message = headline.message();
    boolean ready = headline.phase() == DeploymentPhase.HEALTHY;
    return conditions
        .set(ModelDeploymentConditions.READY, ready, ready ? Reason.READY : reason, message)
        .onlyWhile(headline.working(), ModelDeploymentConditions.RECONCILING, reason, message)
        .onlyWhile(headline.stalled(), ModelDeploymentConditions.STALLED, reason, message)
        .onlyWhile(
            decision.paused() || decision.state() instanceof RolloutState.AwaitingPromotion,
            ModelDeploymentConditions.PAUSED,
            decision.paused() ? Reason.ROLLOUT_PAUSED : Reason.AWAITING_PROMOTION,
            decision.paused() ? pausedBy() : message);
  }

  private String pausedBy() {
    var rollout = facts.deployment().getSpec().rollout();
    return rollout != null && Boolean.TRUE.equals(rollout.paused())
        ? "spec.rollout.paused is true"
        : "annotation " + RolloutActions.PAUSED + " is \"true\"";
  }

  private void accepted(Conditions conditions) {
    if (decision.state() instanceof RolloutState.NotAccepted(String reason, String message)) {
      conditions.set(ModelDeploymentConditions.ACCEPTED, false, reason, message);
    } else {
      conditions.set(
          ModelDeploymentConditions.ACCEPTED, true, Reason.ACCEPTED, "the spec can be carried out");
    }
  }

  private void resolvedRefs(Conditions conditions) {
    String type = ModelDeploymentConditions.RESOLVED_REFS;
    if (decision.state() instanceof RolloutState.Unresolved(References.Unresolved missing)) {
      conditions.set(type, missing.status(), missing.reason(), missing.message());
    } else {
      conditions.set(type, true, Reason.RESOLVED, "everything that the spec names was found");
    }
  }

  private void variantsReady(Conditions conditions) {
    String type = ModelDeploymentConditions.VARIANTS_READY;
    boolean unknown =
        decision.state() instanceof RolloutState.Unresolved
            || decision.state() instanceof RolloutState.NotAccepted;
    if (unknown) {
      conditions.unknown(type, Reason.PENDING, headline.message());
    } else {
      conditions.set(type, variants.ready(), variants.reason(), variants.message());
    }
  }

  private void progressing(Conditions conditions) {
    String type = ModelDeploymentConditions.PROGRESSING;
    String message = headline.message();
    switch (decision.state()) {
      case RolloutState.Complete complete -> conditions.set(type, true, Reason.ROLLED_OUT, message);
      case RolloutState.Underway underway ->
          conditions.set(type, true, Reason.ROLLING_OUT, message);
      case RolloutState.Paused paused -> conditions.unknown(type, Reason.ROLLOUT_PAUSED, message);
      case RolloutState.Soaking soaking -> conditions.set(type, true, Reason.SOAKING, message);
      case RolloutState.Analyzing analyzing ->
          conditions.unknown(type, Reason.ANALYSIS_PENDING, message);
      case RolloutState.AwaitingPromotion awaiting ->
          conditions.unknown(type, Reason.AWAITING_PROMOTION, message);
      case RolloutState.Placeless(NoPlace why) -> conditions.unknown(type, why.reason(), message);
      case RolloutState.Exceeded(String reason, String why) ->
          conditions.set(type, false, reason, message);
      case RolloutState.RolledBack back -> conditions.set(type, false, back.reason(), message);
      case RolloutState.Building building ->
          conditions.set(
              type,
              !variants.stalled(),
              variants.stalled() ? Reason.ROLLOUT_ABORTED : Reason.BUILDING,
              message);
      case RolloutState.Blocked blocked ->
          conditions.set(
              type,
              !variants.stalled(),
              variants.stalled() ? Reason.ROLLOUT_ABORTED : Reason.BUILDING,
              message);
      case RolloutState.Unresolved unresolved -> conditions.unknown(type, Reason.PENDING, message);
      case RolloutState.NotAccepted notAccepted ->
          conditions.set(type, false, Reason.PENDING, message);
    }
  }

  private void available(Conditions conditions) {
    String type = ModelDeploymentConditions.AVAILABLE;
    int unavailable = MaxUnavailable.of(facts.deployment());
    boolean nothing = decision.servings().stream().allMatch(s -> s.workload() == null);
    if (nothing) {
      conditions.set(type, false, Reason.NOT_ROLLED_OUT, "nothing was rolled out yet");
      return;
    }
    List<String> missing =
        decision.servings().stream()
            .filter(s -> !s.minimumAvailable(unavailable + Scaling.growth(facts.deployment(), s)))
            .map(
                s ->
                    "target %s has %d of %d pods available"
                        .formatted(s.target().name(), s.available(), s.desired()))
            .toList();
    if (missing.isEmpty()) {
      conditions.set(
          type,
          true,
          Reason.MINIMUM_AVAILABLE,
          sum(TargetServing::available)
              + " pods serve on "
              + decision.servings().size()
              + " targets");
    } else {
      conditions.set(type, false, Reason.MINIMUM_UNAVAILABLE, String.join("; ", missing));
    }
  }
}
