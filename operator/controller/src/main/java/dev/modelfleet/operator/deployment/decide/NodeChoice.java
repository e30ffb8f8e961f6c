package dev.modelfleet.operator.deployment.decide;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which of a target's nodes a DaemonSet has, by their label {@code kubernetes.io/hostname}.
 *
 * @param listed whether it has those named; otherwise it has all but those
 * @param hostnames values of the label, sorted
 */
public record NodeChoice(boolean listed, List<String> hostnames) {

  /** Every node, also those that are yet to come. */
  public static final NodeChoice ALL = new NodeChoice(false, List.of());

  static final String HOSTNAME = "kubernetes.io/hostname";
  private static final String IN = "In";
  private static final String NOT_IN = "NotIn";

  public NodeChoice {
    hostnames = List.copyOf(hostnames);
  }

  static NodeChoice only(Collection<String> hostnames) {
    return new NodeChoice(true, List.copyOf(new TreeSet<>(hostnames)));
  }

  static NodeChoice allBut(Collection<String> hostnames) {
    return new NodeChoice(false, List.copyOf(new TreeSet<>(hostnames)));
  }

  /** As a DaemonSet has it. */
  static NodeChoice of(DaemonSet set) {
    Affinity affinity =
        set.getSpec() == null ? null : set.getSpec().getTemplate().getSpec().getAffinity();
    boolean required =
        affinity != null
            && affinity.getNodeAffinity() != null
            && affinity.getNodeAffinity().getRequiredDuringSchedulingIgnoredDuringExecution()
                != null;
    if (!required) {
      return ALL;
    }
    return affinity
        .getNodeAffinity()
        .getRequiredDuringSchedulingIgnoredDuringExecution()
        .getNodeSelectorTerms()
        .stream()
        .flatMap(term -> term.getMatchExpressions().stream())
        .filter(expression -> HOSTNAME.equals(expression.getKey()))
        .findFirst()
        .map(e -> new NodeChoice(IN.equals(e.getOperator()), e.getValues()))
        .orElse(ALL);
  }

  /** Whether a node is among them. */
  boolean has(String hostname) {
    return Set.copyOf(hostnames).contains(hostname) == listed;
  }

  /** As an affinity; null for every node. */
  Affinity affinity() {
    if (!listed && hostnames.isEmpty()) {
      return null;
    }
    return new AffinityBuilder()
        .withNewNodeAffinity()
        .withNewRequiredDuringSchedulingIgnoredDuringExecution()
        .addNewNodeSelectorTerm()
        .withMatchExpressions(
            new NodeSelectorRequirement(HOSTNAME, listed ? IN : NOT_IN, hostnames))
        .endNodeSelectorTerm()
        .endRequiredDuringSchedulingIgnoredDuringExecution()
        .endNodeAffinity()
        .build();
  }
}
