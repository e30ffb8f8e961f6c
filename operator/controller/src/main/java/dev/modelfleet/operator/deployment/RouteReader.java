package dev.modelfleet.operator.deployment;

import dev.modelfleet.api.v1alpha1.DeploymentTarget;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.operator.deployment.decide.RouteFacts;
import dev.modelfleet.operator.deployment.decide.ServingObjects;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads HTTPRoutes, and whether there are such. They are read from the API server and not from a
 * cache, as nothing can be watched that may not be installed; ModelDeployments without routes cost
 * nothing.
 */
final class RouteReader {

  private static final String API = "gateway.networking.k8s.io/v1";
  private static final Duration HOLDS = Duration.ofMinutes(5);
  private static final Duration HOLDS_NOT = Duration.ofSeconds(10);

  private final KubernetesClient client;
  private final InstantSource clock;
  private volatile Sighting last = new Sighting(false, Instant.MIN);

  RouteReader(KubernetesClient client, InstantSource clock) {
    this.client = client;
    this.clock = clock;
  }

  private record Sighting(boolean installed, Instant until) {}

  RouteFacts read(ModelDeployment deployment) {
    List<DeploymentTarget> routed =
        deployment.getSpec().targets().stream().filter(target -> target.route() != null).toList();
    if (routed.isEmpty() || !installed()) {
      return RouteFacts.NONE;
    }
    Map<String, HTTPRoute> routes = new HashMap<>();
    for (DeploymentTarget target : routed) {
      HTTPRoute route =
          client
              .resources(HTTPRoute.class)
              .inNamespace(deployment.getMetadata().getNamespace())
              .withName(ServingObjects.name(deployment.getMetadata().getName(), target.name()))
              .get();
      if (route != null) {
        routes.put(target.name(), route);
      }
    }
    return new RouteFacts(true, routes);
  }

  /** Whether the cluster has HTTPRoutes, as it was a short while ago. */
  boolean installed() {
    Instant now = clock.instant();
    if (!now.isBefore(last.until())) {
      boolean installed = client.supports(API, "HTTPRoute");
      last = new Sighting(installed, now.plus(installed ? HOLDS : HOLDS_NOT));
    }
    return last.installed();
  }
}
