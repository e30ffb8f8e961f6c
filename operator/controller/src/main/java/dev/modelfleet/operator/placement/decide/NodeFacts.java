package dev.modelfleet.operator.placement.decide;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What matters about a node when pods are placed.
 *
 * @param name of the node
 * @param labels of the node
 * @param ready whether its kubelet reports ready and it takes new pods
 * @param taints that keep pods away
 * @param allocatable resources that pods can have
 * @param version of its kubelet
 */
public record NodeFacts(
    String name,
    Map<String, String> labels,
    boolean ready,
    List<Taint> taints,
    Map<String, Quantity> allocatable,
    String version) {

  /** Reads a node. */
  public static NodeFacts of(Node node) {
    NodeSpec spec = Optional.ofNullable(node.getSpec()).orElseGet(NodeSpec::new);
    boolean conditionReady =
        node.getStatus() != null
            && node.getStatus().getConditions().stream()
                .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
    Map<String, Quantity> allocatable =
        node.getStatus() == null || node.getStatus().getAllocatable() == null
            ? Map.of()
            : Map.copyOf(node.getStatus().getAllocatable());
    String version =
        node.getStatus() == null || node.getStatus().getNodeInfo() == null
            ? null
            : node.getStatus().getNodeInfo().getKubeletVersion();
    return new NodeFacts(
        node.getMetadata().getName(),
        Optional.ofNullable(node.getMetadata().getLabels()).map(Map::copyOf).orElseGet(Map::of),
        conditionReady && !Boolean.TRUE.equals(spec.getUnschedulable()),
        List.copyOf(spec.getTaints()),
        allocatable,
        version);
  }

  /** Whether the node has every label of the selector. */
  public boolean matches(Map<String, String> selector) {
    return selector.entrySet().stream()
        .allMatch(label -> Objects.equals(labels.get(label.getKey()), label.getValue()));
  }

  /** Whether pods with these tolerations may be placed here. */
  public boolean tolerated(List<Toleration> tolerations) {
    return taints.stream()
        .filter(taint -> !"PreferNoSchedule".equals(taint.getEffect()))
        .allMatch(taint -> tolerations.stream().anyMatch(t -> tolerates(t, taint)));
  }

  /** How many of a counted resource the node has for pods. */
  public long count(String resourceName) {
    Quantity quantity = allocatable.get(resourceName);
    return quantity == null ? 0 : quantity.getNumericalAmount().longValue();
  }

  private static boolean tolerates(Toleration toleration, Taint taint) {
    boolean effect =
        toleration.getEffect() == null
            || toleration.getEffect().isEmpty()
            || toleration.getEffect().equals(taint.getEffect());
    boolean anyKey = toleration.getKey() == null || toleration.getKey().isEmpty();
    boolean exists = "Exists".equals(toleration.getOperator());
    if (anyKey) {
      return effect && exists;
    }
    boolean value =
        exists
            || Objects.equals(
                Objects.requireNonNullElse(toleration.getValue(), ""),
                Objects.requireNonNullElse(taint.getValue(), ""));
    return effect && toleration.getKey().equals(taint.getKey()) && value;
  }
}
