package dev.modelfleet.operator.placement.decide;

import io.fabric8.kubernetes.api.model.Toleration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Where a probe runs: one ready node of the target's class.
 *
 * <p>The choice is the first by name among the nodes with a free device, so that an equal cluster
 * gives an equal choice. Where every device is taken, usually by pods that serve an older revision,
 * a probe whose engine computes on the CPU runs beside them without asking for one; any other waits
 * until a device is free, because without one it would measure something else.
 */
public sealed interface ProbePlace {

  /**
   * The probe runs here.
   *
   * @param node its name
   * @param requestsDevice whether the probe asks for one of the target's devices
   */
  record Chosen(String node, boolean requestsDevice) implements ProbePlace {}

  /**
   * The probe can't run now.
   *
   * @param reason UpperCamelCase
   * @param message one sentence that says what is missing and what changes it
   */
  record None(String reason, String message) implements ProbePlace {}

  /** Reason: no node has the target's labels. */
  String NO_NODES_MATCH = "NoNodesMatch";

  /** Reason: nodes have the labels, and none of them is ready and tolerated. */
  String NO_NODE_READY = "NoNodeReady";

  /** Reason: every device of the target's nodes is taken. */
  String DEVICE_BUSY = "DeviceBusy";

  /** Reason: the target's nodes do not offer the resource. */
  String NO_DEVICE = "NoDevice";

  /**
   * Chooses.
   *
   * @param nodes of the cluster
   * @param selector labels of the target's nodes
   * @param tolerations of the target's pods
   * @param resourceName extended resource of the device; null where there is none
   * @param deviceNeeded whether the engine computes on the device
   * @param used how many of the resource are taken, by node
   */
  static ProbePlace choose(
      List<NodeFacts> nodes,
      Map<String, String> selector,
      List<Toleration> tolerations,
      String resourceName,
      boolean deviceNeeded,
      Map<String, Long> used) {
    List<NodeFacts> matched =
        nodes.stream()
            .filter(node -> node.matches(selector))
            .sorted(Comparator.comparing(NodeFacts::name))
            .toList();
    if (matched.isEmpty()) {
      return new None(
          NO_NODES_MATCH, "no node has the labels " + LabelsThere.text(selector) + ": label one");
    }
    List<NodeFacts> usable =
        matched.stream().filter(node -> node.ready() && node.tolerated(tolerations)).toList();
    if (usable.isEmpty()) {
      return new None(
          NO_NODE_READY,
          "of %d nodes with the labels %s none is ready and free of taints that the target does not tolerate"
              .formatted(matched.size(), LabelsThere.text(selector)));
    }
    return resourceName == null
        ? new Chosen(usable.getFirst().name(), false)
        : withDevice(usable, resourceName, deviceNeeded, used);
  }

  private static ProbePlace withDevice(
      List<NodeFacts> usable, String resourceName, boolean deviceNeeded, Map<String, Long> used) {
    List<NodeFacts> equipped =
        usable.stream().filter(node -> node.count(resourceName) > 0).toList();
    if (equipped.isEmpty()) {
      return new None(
          NO_DEVICE,
          "none of the target's ready nodes offers %s: install its device plugin or correct device.resourceName"
              .formatted(resourceName));
    }
    return equipped.stream()
        .filter(node -> node.count(resourceName) > used.getOrDefault(node.name(), 0L))
        .findFirst()
        .<ProbePlace>map(node -> new Chosen(node.name(), true))
        .orElseGet(
            () ->
                deviceNeeded
                    ? new None(
                        DEVICE_BUSY,
                        "every %s of the target's nodes is taken: the probe starts when one is free"
                            .formatted(resourceName))
                    : new Chosen(equipped.getFirst().name(), false));
  }
}
