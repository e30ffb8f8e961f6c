package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions.Reason;
import dev.modelfleet.api.v1alpha1.WaveStatus;
import java.time.Instant;

/**
 * Where a ModelDeployment stands, in a word and a sentence.
 *
 * @param phase the word
 * @param reason of condition Ready, and of Reconciling or Stalled
 * @param message the sentence
 * @param working whether something is under way
 * @param stalled whether someone has to change something; never together with {@code working}
 */
record Headline(
    DeploymentPhase phase, String reason, String message, boolean working, boolean stalled) {

  private static final int MAX_MESSAGE = 1024;

  Headline {
    message =
        message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE - 1) + "…";
  }

  static Headline of(DeploymentDecision decision, VariantsSummary variants, Instant now) {
    return switch (decision.state()) {
      case RolloutState.Unresolved(References.Unresolved missing) ->
          new Headline(
              DeploymentPhase.PENDING,
              missing.reason(),
              missing.message(),
              missing.waiting(),
              !missing.waiting());
      case RolloutState.NotAccepted(String reason, String message) ->
          new Headline(DeploymentPhase.PENDING, reason, message, false, true);
      case RolloutState.Building building -> ofVariants(variants);
      case RolloutState.Blocked blocked -> ofVariants(variants);
      case RolloutState.Underway underway ->
          new Headline(
              DeploymentPhase.ROLLING_OUT,
              Reason.ROLLING_OUT,
              variants.stalled() || !variants.ready()
                  ? Progress.missing(decision.servings()) + "; " + variants.message()
                  : Progress.missing(decision.servings()) + underway.trouble(),
              true,
              false);
      case RolloutState.Paused(String message) ->
          new Headline(DeploymentPhase.PAUSED, Reason.ROLLOUT_PAUSED, message, false, false);
      case RolloutState.AwaitingPromotion(String wave, String message) ->
          new Headline(DeploymentPhase.PAUSED, Reason.AWAITING_PROMOTION, message, false, false);
      case RolloutState.Soaking(String wave, Instant until) ->
          new Headline(
              DeploymentPhase.ROLLING_OUT,
              Reason.SOAKING,
              "wave %s is verified and serves until %s before the next one begins"
                  .formatted(wave, until),
              true,
              false);
      case RolloutState.Analyzing(String wave, String message) ->
          new Headline(
              DeploymentPhase.ROLLING_OUT,
              Reason.ANALYSIS_PENDING,
              "wave %s is verified, but %s".formatted(wave, message),
              true,
              false);
      case RolloutState.Placeless(NoPlace why) ->
          new Headline(DeploymentPhase.PENDING, why.reason(), why.message(), true, false);
      case RolloutState.Complete complete ->
          new Headline(
              DeploymentPhase.HEALTHY,
              Reason.READY,
              "every target serves revision " + decision.update().hash() + away(decision),
              false,
              false);
      case RolloutState.Exceeded(String reason, String message) ->
          new Headline(DeploymentPhase.DEGRADED, reason, message, false, true);
      case RolloutState.RolledBack back -> {
        boolean working = back.goesBack(now);
        yield new Headline(
            DeploymentPhase.DEGRADED, back.reason(), back.message(), working, !working);
      }
    };
  }

  /** Units that the rollout went on without. */
  private static String away(DeploymentDecision decision) {
    int units =
        decision.plan() == null
            ? 0
            : decision.plan().waves().stream().mapToInt(WaveStatus::unreachable).sum();
    return switch (units) {
      case 0 -> "";
      case 1 -> ", but for one unit that is away or outside its maintenance windows";
      default ->
          ", but for %d units that are away or outside their maintenance windows".formatted(units);
    };
  }

  private static Headline ofVariants(VariantsSummary variants) {
    boolean degraded = variants.stalled() || Reason.VARIANT_FAILED.equals(variants.reason());
    return new Headline(
        degraded ? DeploymentPhase.DEGRADED : DeploymentPhase.BUILDING,
        variants.reason(),
        variants.message(),
        !variants.stalled(),
        variants.stalled());
  }
}
