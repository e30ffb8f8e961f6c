package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.DeploymentTarget;
import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions.Reason;
import dev.modelfleet.api.v1alpha1.Placement;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import java.util.List;
import java.util.Optional;

/** What speaks against the routes of a spec. */
final class RouteAcceptance {

  private RouteAcceptance() {}

  /** The first thing; empty where nothing does. */
  static Optional<RolloutState.NotAccepted> objection(DeploymentFacts facts) {
    List<DeploymentTarget> routed =
        facts.deployment().getSpec().targets().stream()
            .filter(target -> target.route() != null)
            .toList();
    for (DeploymentTarget target : routed) {
      Optional<RolloutState.NotAccepted> found =
          notApplicable(facts, target).or(() -> taken(facts, target));
      if (found.isPresent()) {
        return found;
      }
    }
    return routed.isEmpty() || facts.routes().installed()
        ? Optional.empty()
        : Optional.of(
            new RolloutState.NotAccepted(
                Reason.GATEWAY_API_MISSING,
                "target %s has a route, but the cluster has no HTTPRoutes (gateway.networking.k8s.io/v1): install the Gateway API or remove route"
                    .formatted(routed.getFirst().name())));
  }

  private static Optional<RolloutState.NotAccepted> notApplicable(
      DeploymentFacts facts, DeploymentTarget target) {
    HardwareTarget hardware = facts.targets().get(target.hardwareTargetRef().name());
    if (hardware == null) {
      return Optional.empty();
    }
    Placement placement = hardware.getSpec().placement();
    boolean perNode = placement.mode() == Placement.Mode.PER_NODE;
    return perNode || !placement.clusterSelector().isEmpty()
        ? Optional.of(
            new RolloutState.NotAccepted(
                Reason.ROUTE_NOT_APPLICABLE,
                "target %s has a route, but HardwareTarget %s %s: remove route"
                    .formatted(
                        target.name(),
                        hardware.getMetadata().getName(),
                        perNode ? "runs one pod on each node" : "lies in member clusters")))
        : Optional.empty();
  }

  private static Optional<RolloutState.NotAccepted> taken(
      DeploymentFacts facts, DeploymentTarget target) {
    HTTPRoute there = facts.routes().routes().get(target.name());
    return there == null || Owner.owns(facts.deployment(), there)
        ? Optional.empty()
        : Optional.of(
            new RolloutState.NotAccepted(
                Reason.NAME_CONFLICT,
                "HTTPRoute %s is there already and belongs to something else: rename the target or remove it"
                    .formatted(there.getMetadata().getName())));
  }
}
