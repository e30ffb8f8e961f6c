package dev.modelfleet.operator.deployment;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions.Reason;
import dev.modelfleet.operator.analysis.Measurements;
import dev.modelfleet.operator.deployment.decide.DeploymentDecision;
import dev.modelfleet.operator.deployment.decide.DeploymentFacts;
import dev.modelfleet.operator.deployment.decide.FleetAnalysis;
import dev.modelfleet.operator.deployment.decide.References;
import dev.modelfleet.operator.deployment.decide.RolloutState;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.time.Duration;
import java.time.Instant;

/** When a ModelDeployment is looked at again although nothing was reported of it. */
final class NextLook {

  private static final Duration ASK_AGAIN = Duration.ofSeconds(15);

  private NextLook() {}

  /** When to look again, whatever happens until then. */
  static UpdateControl<ModelDeployment> of(
      DeploymentFacts facts, DeploymentDecision decision, Instant now) {
    UpdateControl<ModelDeployment> control = UpdateControl.noUpdate();
    Instant next = next(facts, decision, now);
    return switch (decision.state()) {
      case RolloutState.Underway underway ->
          at(next.isBefore(underway.deadline()) ? next : underway.deadline(), now, control);
      case RolloutState.Soaking soaking -> at(next, now, control);
      case RolloutState.Analyzing analyzing -> at(next, now, control);
      case RolloutState.AwaitingPromotion awaiting when next.isBefore(Instant.MAX) ->
          at(next, now, control);
      case RolloutState.Exceeded exceeded when next.isBefore(Instant.MAX) -> at(next, now, control);
      case RolloutState.RolledBack back when back.goesBack(now) ->
          at(next.isBefore(back.deadline()) ? next : back.deadline(), now, control);
      case RolloutState.Unresolved(References.Unresolved missing) ->
          control.rescheduleAfter(ASK_AGAIN);
      case RolloutState.NotAccepted(String reason, String message)
          when reason.equals(Reason.GATEWAY_API_MISSING) ->
          control.rescheduleAfter(ASK_AGAIN);
      case RolloutState.Complete complete when leavesSomeBehind(facts, decision) ->
          control.rescheduleAfter(Duration.ofSeconds(1));
      default -> control;
    };
  }

  /** When time alone changes something, or a query is to be asked again. */
  private static Instant next(DeploymentFacts facts, DeploymentDecision decision, Instant now) {
    Instant next =
        decision.plan() == null ? Instant.MAX : decision.plan().next().orElse(Instant.MAX);
    Instant asked =
        FleetAnalysis.asks(facts, decision) ? now.plus(Measurements.INTERVAL) : Instant.MAX;
    return next.isBefore(asked) ? next : asked;
  }

  /** Whether units that are away have yet to be told what has just been accepted. */
  private static boolean leavesSomeBehind(DeploymentFacts facts, DeploymentDecision decision) {
    boolean accepted = !decision.current().equals(facts.status().currentRevision());
    return accepted
        && decision.plan() != null
        && decision.plan().waves().stream().anyMatch(wave -> wave.unreachable() > 0);
  }

  private static UpdateControl<ModelDeployment> at(
      Instant time, Instant now, UpdateControl<ModelDeployment> control) {
    Duration wait = Duration.between(now, time);
    return control.rescheduleAfter(wait.isNegative() ? Duration.ofSeconds(1) : wait.plusSeconds(1));
  }
}
