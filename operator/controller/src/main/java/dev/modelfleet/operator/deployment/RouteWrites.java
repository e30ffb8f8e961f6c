package dev.modelfleet.operator.deployment;

import dev.modelfleet.api.v1alpha1.DeploymentTarget;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.Placement;
import dev.modelfleet.operator.apply.ServerSideApply;
import dev.modelfleet.operator.deployment.decide.DeploymentDecision;
import dev.modelfleet.operator.deployment.decide.DeploymentFacts;
import dev.modelfleet.operator.deployment.decide.RouteObjects;
import dev.modelfleet.operator.deployment.decide.RouteSplit;
import dev.modelfleet.operator.deployment.decide.TargetServing;
import dev.modelfleet.operator.name.Labels;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes the cluster hold the routes of a ModelDeployment's targets. They come before what serves: a
 * canary that goes gets no more requests, and one that comes gets none before it is ready.
 */
final class RouteWrites {

  private final KubernetesClient client;
  private final ServerSideApply apply;
  private final RouteReader reader;

  RouteWrites(KubernetesClient client, ServerSideApply apply, RouteReader reader) {
    this.client = client;
    this.apply = apply;
    this.reader = reader;
  }

  void write(DeploymentFacts facts, DeploymentDecision decision, Context<ModelDeployment> context) {
    List<Service> there =
        DeploymentFactsReader.owned(facts.deployment(), context, Service.class).toList();
    if (facts.routes().installed()) {
      decision.servings().stream()
          .filter(RouteWrites::routed)
          .forEach(target -> write(facts, decision, target, there));
    }
    Set<String> routed =
        facts.deployment().getSpec().targets().stream()
            .filter(target -> target.route() != null)
            .map(DeploymentTarget::name)
            .collect(Collectors.toSet());
    there.stream()
        .filter(service -> service.getMetadata().getName().endsWith(RouteObjects.STABLE))
        .filter(service -> !routed.contains(service.getMetadata().getLabels().get(Labels.TARGET)))
        .forEach(service -> remove(service, there));
  }

  private static boolean routed(TargetServing target) {
    return target.target().route() != null
        && target.plan() != null
        && target.plan().mode() == Placement.Mode.REPLICAS
        && !target.plan().inMembers();
  }

  private void write(
      DeploymentFacts facts,
      DeploymentDecision decision,
      TargetServing target,
      List<Service> there) {
    String name = target.target().name();
    RouteSplit split = RouteSplit.of(facts, decision, target);
    RouteObjects.services(facts.deployment(), name, split)
        .forEach(service -> apply.apply(service, named(there, service.getMetadata().getName())));
    apply.apply(
        RouteObjects.route(facts.deployment(), name, target.target().route(), split),
        Optional.ofNullable(facts.routes().routes().get(name)));
  }

  /** Removes the route of a target that has none any more, and then what it weighed. */
  private void remove(Service stable, List<Service> there) {
    String suffixed = stable.getMetadata().getName();
    String base = suffixed.substring(0, suffixed.length() - RouteObjects.STABLE.length());
    if (reader.installed()) {
      client
          .resources(HTTPRoute.class)
          .inNamespace(stable.getMetadata().getNamespace())
          .withName(base)
          .delete();
    }
    named(there, base + RouteObjects.CANARY).ifPresent(s -> client.resource(s).delete());
    client.resource(stable).delete();
  }

  private static Optional<Service> named(List<Service> services, String name) {
    return services.stream().filter(s -> s.getMetadata().getName().equals(name)).findFirst();
  }
}
