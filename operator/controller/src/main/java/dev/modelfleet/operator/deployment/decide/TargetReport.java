package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.ByteSize;
import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.ModelVariantStatus;
import dev.modelfleet.api.v1alpha1.TargetStatus;
import dev.modelfleet.api.v1alpha1.TargetStatusBuilder;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.api.v1alpha1.VariantProof;

/** What is reported of one target. */
final class TargetReport {

  private static final int MAX_MESSAGE = 512;

  private TargetReport() {}

  static TargetStatus of(TargetServing serving, RolloutState state) {
    DeploymentPhase phase = phase(serving, state);
    TargetStatusBuilder status =
        TargetStatusBuilder.builder()
            .name(serving.target().name())
            .phase(phase)
            .variant(serving.wanted() == null ? null : serving.wanted().variant())
            .desired(serving.desired())
            .updated(serving.updated())
            .ready(serving.ready())
            .available(serving.available())
            .message(message(serving, phase));
    if (serving.wantedReady()) {
      addProof(status, serving.wantedVariant().getStatus());
    }
    return status.build();
  }

  private static void addProof(TargetStatusBuilder status, ModelVariantStatus variant) {
    VariantProof proof = variant.proof();
    status.recipe(variant.recipe()).artifact(variant.artifact().reference());
    status.size(ByteSize.quantity(variant.artifact().size()));
    if (proof != null && proof.accuracy() != null) {
      status.accuracyDrop(proof.accuracy().drop());
    }
    if (proof != null && proof.latency() != null) {
      status.latencyP99(proof.latency().p99());
    }
  }

  private static DeploymentPhase phase(TargetServing serving, RolloutState state) {
    if (state instanceof RolloutState.Unresolved || state instanceof RolloutState.NotAccepted) {
      return DeploymentPhase.PENDING;
    }
    if (state instanceof RolloutState.RolledBack) {
      return DeploymentPhase.DEGRADED;
    }
    if (serving.complete() || state instanceof RolloutState.Complete) {
      return DeploymentPhase.HEALTHY;
    }
    if (serving.phase() == VariantPhase.REJECTED || serving.phase() == VariantPhase.FAILED) {
      return DeploymentPhase.DEGRADED;
    }
    if (!serving.wantedReady()) {
      return DeploymentPhase.BUILDING;
    }
    return switch (state) {
      case RolloutState.Paused paused -> DeploymentPhase.PAUSED;
      case RolloutState.AwaitingPromotion awaiting -> DeploymentPhase.PAUSED;
      case RolloutState.Exceeded exceeded -> DeploymentPhase.DEGRADED;
      default -> DeploymentPhase.ROLLING_OUT;
    };
  }

  private static String message(TargetServing serving, DeploymentPhase phase) {
    String message =
        switch (phase) {
          case HEALTHY -> "serves recipe " + serving.wantedVariant().getStatus().recipe();
          case PENDING -> null;
          case ROLLING_OUT, PAUSED ->
              serving.updated() + " of " + serving.desired() + " pods updated";
          case BUILDING -> VariantWords.message(serving);
          case DEGRADED ->
              serving.wantedReady()
                  ? serving.updated() + " of " + serving.desired() + " pods updated"
                  : VariantWords.message(serving);
        };
    return message == null || message.length() <= MAX_MESSAGE
        ? message
        : message.substring(0, MAX_MESSAGE - 1) + "…";
  }
}
