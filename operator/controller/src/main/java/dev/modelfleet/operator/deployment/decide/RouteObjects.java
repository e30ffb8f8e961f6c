package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.TargetRoute;
import dev.modelfleet.operator.name.Labels;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRefBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ParentReference;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ParentReferenceBuilder;
import java.util.List;
import java.util.Map;

/**
 * What a target with a route has beside its Service: the HTTPRoute, and a Service each for the
 * canary's pods and for those beside it, which the route weighs against each other.
 *
 * <p>Source: Gateway API v1, HTTPRoute, {@code backendRefs[].weight}.
 */
public final class RouteObjects {

  /** Ends the name of the Service of the pods beside a canary; a target with a route has one. */
  public static final String STABLE = "-stable";

  /** Ends the name of the canary's Service. */
  public static final String CANARY = "-canary";

  private static final String GROUP = "gateway.networking.k8s.io";

  private RouteObjects() {}

  /** The two Services that a route may weigh. */
  public static List<Service> services(ModelDeployment owner, String target, RouteSplit split) {
    return List.of(
        service(owner, target, STABLE, Map.of(Labels.VARIANT, split.stable())),
        service(owner, target, CANARY, Map.of(Labels.TRACK, "canary")));
  }

  /** The route; by default to the target's own Service, which has all of its pods. */
  public static HTTPRoute route(
      ModelDeployment owner, String target, TargetRoute route, RouteSplit split) {
    ObjectMeta meta = ServingObjects.metadata(owner, target);
    String name = meta.getName();
    List<HTTPBackendRef> backends =
        split.canary() == 0
            ? List.of(backend(name, 1))
            : List.of(
                backend(name + STABLE, RouteSplit.ALL - split.canary()),
                backend(name + CANARY, split.canary()));
    return new HTTPRouteBuilder()
        .withMetadata(meta)
        .withNewSpec()
        .withParentRefs(
            route.gateways().stream()
                .<ParentReference>map(
                    gateway ->
                        new ParentReferenceBuilder()
                            .withGroup(GROUP)
                            .withKind("Gateway")
                            .withName(gateway.name())
                            .withNamespace(gateway.namespace())
                            .withSectionName(gateway.sectionName())
                            .build())
                .toList())
        .withHostnames(route.hostnames())
        .addNewRule()
        .withBackendRefs(backends)
        .endRule()
        .endSpec()
        .build();
  }

  private static HTTPBackendRef backend(String service, int weight) {
    return new HTTPBackendRefBuilder()
        .withGroup("")
        .withKind("Service")
        .withName(service)
        .withPort(ServingTemplate.HTTP_PORT)
        .withWeight(weight)
        .build();
  }

  private static Service service(
      ModelDeployment owner, String target, String suffix, Map<String, String> pods) {
    ObjectMeta meta = ServingObjects.metadata(owner, target);
    meta.setName(meta.getName() + suffix);
    return new ServiceBuilder()
        .withMetadata(meta)
        .withNewSpec()
        .withSelector(ServingObjects.selector(owner, target))
        .addToSelector(pods)
        .withPorts(
            new ServicePortBuilder()
                .withName("http")
                .withProtocol("TCP")
                .withPort(ServingTemplate.HTTP_PORT)
                .withTargetPort(new IntOrString("http"))
                .build())
        .endSpec()
        .build();
  }
}
