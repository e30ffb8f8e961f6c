package dev.modelfleet.operator.harness;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** The kind HTTPRoute in a cluster, without a controller that would do anything with it. */
public final class GatewayApi implements AutoCloseable {

  private final KubernetesClient client;
  private final String namespace;
  private final CustomResourceDefinition crd;

  private GatewayApi(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
    var crds = client.apiextensions().v1().customResourceDefinitions();
    this.crd = crds.load(GatewayApi.class.getResource("/gateway/httproutes-stand-in.yaml")).item();
  }

  /** Installs it, and waits until it is served. */
  public static GatewayApi install(KubernetesClient client, String namespace) {
    GatewayApi gateway = new GatewayApi(client, namespace);
    client.resource(gateway.crd).serverSideApply();
    client
        .resource(gateway.crd)
        .waitUntilCondition(OperatorUnderTest::established, 30, TimeUnit.SECONDS);
    return gateway;
  }

  /** A route; null where it is not there. */
  public HTTPRoute route(String name) {
    return client.resources(HTTPRoute.class).inNamespace(namespace).withName(name).get();
  }

  /** Waits until a route has these backends, each as {@code service=weight}. */
  public void awaitBackends(String name, String... backends) {
    OperatorUnderTest.await(
        () -> backends(route(name)), List.of(backends)::equals, Objects::toString);
  }

  private static List<String> backends(HTTPRoute route) {
    return route == null
        ? List.of()
        : route.getSpec().getRules().getFirst().getBackendRefs().stream()
            .map(backend -> backend.getName() + "=" + backend.getWeight())
            .toList();
  }

  @Override
  public void close() {
    client.resource(crd).delete();
  }
}
