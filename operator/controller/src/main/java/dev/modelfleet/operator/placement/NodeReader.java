package dev.modelfleet.operator.placement;

import dev.modelfleet.operator.placement.decide.NodeFacts;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads nodes, and what is taken of their devices: this from the API server, only at the moments at
 * which a probe is placed, so that no cache of all pods is kept for it.
 */
public final class NodeReader {

  /** Of how many nodes the taken devices are counted. */
  private static final int MAX_COUNTED = 50;

  private static final Set<String> OVER = Set.of("Succeeded", "Failed");

  private final KubernetesClient client;
  private final NodeCache cache;

  public NodeReader(KubernetesClient client, NodeCache cache) {
    this.client = client;
    this.cache = cache;
  }

  /** The nodes that have all labels. */
  public List<NodeFacts> nodes(Map<String, String> labels) {
    return cache.matching(labels);
  }

  /** How many of a resource pods have on each node that offers it. */
  public Map<String, Long> used(List<NodeFacts> nodes, String resourceName) {
    Map<String, Long> used = new HashMap<>();
    nodes.stream()
        .filter(node -> node.count(resourceName) > 0)
        .limit(MAX_COUNTED)
        .forEach(node -> used.put(node.name(), used(node.name(), resourceName)));
    return used;
  }

  private long used(String node, String resourceName) {
    return client
        .pods()
        .inAnyNamespace()
        .withField("spec.nodeName", node)
        .list()
        .getItems()
        .stream()
        .filter(pod -> !OVER.contains(pod.getStatus().getPhase()))
        .mapToLong(pod -> requested(pod, resourceName))
        .sum();
  }

  private static long requested(Pod pod, String resourceName) {
    return pod.getSpec().getContainers().stream()
        .map(Container::getResources)
        .filter(resources -> resources != null && resources.getRequests() != null)
        .map(resources -> resources.getRequests().get(resourceName))
        .filter(java.util.Objects::nonNull)
        .map(Quantity::getNumericalAmount)
        .mapToLong(java.math.BigDecimal::longValue)
        .sum();
  }
}
