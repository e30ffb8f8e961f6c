package dev.modelfleet.operator.deployment.decide;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.modelfleet.api.v1alpha1.ContainerResources;
import dev.modelfleet.api.v1alpha1.NodeToleration;
import dev.modelfleet.api.v1alpha1.Placement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How one target is served in one revision: everything that its pods are made from, frozen, so that
 * it can be served again when policy and HardwareTarget are long gone.
 *
 * @param name of the target
 * @param mode how pods are put on nodes
 * @param variant name of the ModelVariant
 * @param nodeSelector labels of the nodes, with the architecture
 * @param tolerations of the pods
 * @param resourceName extended resource of which a pod takes one; null for none
 * @param resources of the serving container; null for what fits the model's size
 * @param maxLatency largest 99th percentile of the latency of one inference on any of its devices;
 *     null for any
 * @param members whether the pods run in member clusters; null for the hub
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TargetPlan(
    String name,
    Placement.Mode mode,
    String variant,
    Map<String, String> nodeSelector,
    List<NodeToleration> tolerations,
    String resourceName,
    ContainerResources resources,
    String maxLatency,
    Boolean members) {

  public TargetPlan {
    nodeSelector = new TreeMap<>(nodeSelector);
    tolerations = List.copyOf(tolerations);
  }

  /** Whether the pods run in member clusters, and none in the hub. */
  public boolean inMembers() {
    return Boolean.TRUE.equals(members);
  }
}
