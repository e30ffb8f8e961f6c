package dev.modelfleet.operator.deployment.decide;

import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import java.util.Map;

/**
 * What is observed of the Gateway API.
 *
 * @param installed whether the cluster has HTTPRoutes; not looked at where no target has a route
 * @param routes that are there under the names of targets with a route, by the target's name
 */
public record RouteFacts(boolean installed, Map<String, HTTPRoute> routes) {

  /** Of a ModelDeployment without routes. */
  public static final RouteFacts NONE = new RouteFacts(false, Map.of());

  public RouteFacts {
    routes = Map.copyOf(routes);
  }
}
