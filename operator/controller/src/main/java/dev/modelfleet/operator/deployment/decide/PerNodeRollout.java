package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.operator.name.Sha256;
import dev.modelfleet.operator.placement.decide.NodeFacts;
import dev.modelfleet.operator.rollout.decide.RolloutPlan;
import dev.modelfleet.operator.rollout.decide.Sight;
import dev.modelfleet.operator.rollout.decide.Unit;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A target with one pod on each node. While a rollout is under way, each revision has a DaemonSet
 * of its own; a node moves from one to the other when its turn comes, so that a node that restarts
 * in the middle of a rollout gets the revision that its wave is at. The DaemonSet of the last good
 * revision has all nodes but those that moved, so that it takes new ones too.
 *
 * <p>A node that can't be reached or on which the revision fails keeps its old pod, also when the
 * rollout is complete without it.
 *
 * <p>Where two pods fit on a node, it leaves the old DaemonSet only when the new pod is verified,
 * so that nothing goes dark; a device that one pod has to itself is left first.
 */
final class PerNodeRollout implements TargetRollout {

  private static final int HASH_DIGITS = 6;

  /** A DaemonSet with the nodes that it has. */
  private record Host(String name, String revision, NodeChoice choice, Set<String> hostnames) {

    boolean has(String hostname) {
      return hostnames.contains(hostname) == choice.listed();
    }
  }

  private final String base;
  private final TargetRevisions revisions;
  private final boolean eligible;
  private final Map<String, NodeFacts> nodes = new LinkedHashMap<>();
  private final List<Host> hosts = new ArrayList<>();
  private final Map<String, List<ServingPod>> pods = new HashMap<>();
  private final Map<String, Unit> units = new LinkedHashMap<>();

  /**
   * A target.
   *
   * @param base name of its objects
   * @param eligible whether the update has a proven variant for it
   * @param nodes that the target matches
   * @param sets its DaemonSets
   * @param pods of its DaemonSets
   * @param goal revision that is to be everywhere
   */
  PerNodeRollout(
      String base,
      TargetRevisions revisions,
      boolean eligible,
      List<NodeFacts> nodes,
      List<WorkloadFacts> sets,
      List<ServingPod> pods,
      String goal) {
    this.base = base;
    this.revisions = revisions;
    this.eligible = eligible;
    for (WorkloadFacts set : sets) {
      NodeChoice choice = NodeChoice.of((DaemonSet) set.object());
      hosts.add(
          new Host(
              set.object().getMetadata().getName(),
              revisions.standsFor(set.revision()),
              choice,
              Set.copyOf(choice.hostnames())));
    }
    pods.stream()
        .filter(pod -> pod.node() != null)
        .forEach(pod -> this.pods.computeIfAbsent(pod.node(), n -> new ArrayList<>()).add(pod));
    for (NodeFacts node : nodes) {
      this.nodes.put(node.name(), node);
      units.put(node.name(), unit(node, goal));
    }
  }

  @Override
  public String target() {
    return revisions.target();
  }

  @Override
  public List<Unit> units() {
    return List.copyOf(units.values());
  }

  private Unit unit(NodeFacts node, String goal) {
    String told = told(node, goal);
    Map<String, Sight> seen = new HashMap<>();
    for (ServingPod pod : pods.getOrDefault(node.name(), List.of())) {
      hosts.stream()
          .filter(host -> host.name().equals(pod.owner()))
          .findFirst()
          .ifPresent(host -> seen.put(host.revision(), pod.sight()));
    }
    String serves = seen.get(told) instanceof Sight.Ready ? told : null;
    if (serves == null) {
      serves =
          seen.entrySet().stream()
              .filter(entry -> entry.getValue() instanceof Sight.Ready)
              .map(Map.Entry::getKey)
              .sorted()
              .findFirst()
              .orElse(null);
    }
    boolean surge =
        revisions.update().plan(target()).map(plan -> plan.resourceName() == null).orElse(true);
    Sight sight =
        told == null ? new Sight.Starting() : seen.getOrDefault(told, new Sight.Starting());
    return new Unit(
        Unit.Kind.NODE,
        target(),
        node.name(),
        node.labels(),
        eligible,
        surge,
        node.ready(),
        told,
        serves,
        sight);
  }

  /** Of two DaemonSets that have a node, the one that it moves to. */
  private String told(NodeFacts node, String goal) {
    String hostname = hostname(node);
    List<String> having =
        hosts.stream().filter(host -> host.has(hostname)).map(Host::revision).distinct().toList();
    for (String preferred : List.of(revisions.standsFor(goal), revisions.last())) {
      if (having.contains(preferred)) {
        return preferred;
      }
    }
    return having.stream().sorted().findFirst().orElse(null);
  }

  @Override
  public List<HostPlan> hosts(RolloutPlan plan, String goal) {
    Map<String, Set<String>> nodesOf = new LinkedHashMap<>();
    Set<String> all = new TreeSet<>();
    for (Unit unit : units.values()) {
      String hostname = hostname(nodes.get(unit.name()));
      all.add(hostname);
      for (String revision : hosting(unit, plan)) {
        nodesOf.computeIfAbsent(revision, r -> new TreeSet<>()).add(hostname);
      }
    }
    boolean complete = settled(plan);
    String open = revisions.standsFor(complete ? goal : revisions.last());
    List<HostPlan> result = new ArrayList<>();
    Set<String> missing = new TreeSet<>(all);
    missing.removeAll(nodesOf.getOrDefault(open, Set.of()));
    result.add(host(open, complete ? NodeChoice.ALL : NodeChoice.allBut(missing)));
    nodesOf.forEach(
        (revision, hostnames) -> {
          if (!revision.equals(open)) {
            result.add(host(revision, NodeChoice.only(hostnames)));
          }
        });
    return result.stream().filter(host -> host.plan() != null).toList();
  }

  /**
   * The revisions that have a pod on a node: what it is told and, until that is verified, the old.
   */
  private Set<String> hosting(Unit unit, RolloutPlan plan) {
    Set<String> hosting = new HashSet<>();
    String revision = plan.told().get(unit.id());
    String told = revision == null ? null : revisions.standsFor(revision);
    boolean leaves = !unit.surge() && settled(plan) && !unit.reachable();
    if (told != null && !leaves) {
      hosting.add(told);
    }
    if (unit.surge() && !plan.verified().contains(unit.id())) {
      String old = unit.serves() != null ? unit.serves() : revisions.last();
      others(unit, told).stream().filter(old::equals).forEach(hosting::add);
    }
    return hosting;
  }

  /** Revisions that have a pod on a node beside the one that it is told. */
  private List<String> others(Unit unit, String told) {
    String hostname = hostname(nodes.get(unit.name()));
    return hosts.stream()
        .filter(host -> host.has(hostname) && !host.revision().equals(told))
        .map(Host::revision)
        .toList();
  }

  private HostPlan host(String revision, NodeChoice choice) {
    TargetPlan plan = revisions.plan(revision).orElse(null);
    return new HostPlan(name(revision, plan), revision, plan, null, choice, false);
  }

  /** A DaemonSet keeps its name; a new one has the target's, or that with a hash of its plan. */
  private String name(String revision, TargetPlan plan) {
    return hosts.stream()
        .filter(host -> host.revision().equals(revision))
        .map(Host::name)
        .findFirst()
        .orElseGet(
            () ->
                hosts.stream().noneMatch(host -> host.name().equals(base))
                    ? base
                    : base + "-" + Sha256.hex(ContractJson.write(plan)).substring(0, HASH_DIGITS));
  }

  @Override
  public Spread spread(RolloutPlan plan, String goal) {
    String wanted = revisions.standsFor(goal);
    int updated = 0;
    int ready = 0;
    for (Unit unit : units.values()) {
      updated += wanted.equals(unit.serves()) ? 1 : 0;
      ready += unit.serves() != null ? 1 : 0;
    }
    boolean everywhere =
        hosts.stream()
            .anyMatch(h -> h.revision().equals(wanted) && h.choice().equals(NodeChoice.ALL));
    return new Spread(units.size(), updated, ready, settled(plan) && everywhere);
  }

  private boolean settled(RolloutPlan plan) {
    return units.isEmpty() || plan.settled().contains(target());
  }

  private static String hostname(NodeFacts node) {
    return node.labels().getOrDefault(NodeChoice.HOSTNAME, node.name());
  }
}
