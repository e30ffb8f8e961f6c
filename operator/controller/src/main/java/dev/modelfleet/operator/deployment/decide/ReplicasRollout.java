package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.Wave;
import dev.modelfleet.operator.rollout.decide.RolloutPlan;
import dev.modelfleet.operator.rollout.decide.RolloutPolicy;
import dev.modelfleet.operator.rollout.decide.Sight;
import dev.modelfleet.operator.rollout.decide.Unit;
import dev.modelfleet.operator.rollout.decide.WavePolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A target with a number of pods behind one Service. Each wave that takes a share is a step of a
 * canary: a second Deployment with that share of the pods, beside the first one, which keeps all of
 * its own; with the last wave the first Deployment takes the revision, and then the canary goes. A
 * target whose pods each have a device to themselves has no room for a canary: its Deployment takes
 * the revision in the last wave.
 */
final class ReplicasRollout implements TargetRollout {

  private static final String CANARY = "-canary";

  private final String base;
  private final TargetRevisions revisions;
  private final boolean eligible;
  private final int replicas;
  private final WorkloadFacts stable;
  private final WorkloadFacts canary;
  private final List<ServingPod> pods;
  private final Map<String, Integer> steps = new LinkedHashMap<>();

  /**
   * A target.
   *
   * @param base name of its Deployment
   * @param eligible whether the update has a proven variant for it
   * @param replicas number of its pods
   * @param deployments that serve it
   * @param pods of these
   * @param policy of the rollout
   * @param routed whether a route gives the canary its share of requests, however many pods it has
   */
  ReplicasRollout(
      String base,
      TargetRevisions revisions,
      boolean eligible,
      int replicas,
      List<WorkloadFacts> deployments,
      List<ServingPod> pods,
      RolloutPolicy policy,
      boolean routed) {
    this.base = base;
    this.revisions = revisions;
    this.eligible = eligible;
    this.replicas = replicas;
    this.stable = named(deployments, base).orElse(null);
    this.canary = named(deployments, base + CANARY).orElse(null);
    this.pods = List.copyOf(pods);
    if (surge()) {
      int before = 0;
      for (WavePolicy wave : policy.waves()) {
        int step = (int) Math.ceilDiv((long) replicas * wave.share(), 10_000L);
        if (step > before && (step < replicas || (routed && wave.share() < RouteSplit.ALL))) {
          steps.put(wave.name(), step);
          before = step;
        }
      }
    }
  }

  /** Whether a target's pods leave room for more. */
  private boolean surge() {
    return revisions.update().plan(target()).map(p -> p.resourceName() == null).orElse(true);
  }

  private static Optional<WorkloadFacts> named(List<WorkloadFacts> deployments, String name) {
    return deployments.stream()
        .filter(deployment -> name.equals(deployment.object().getMetadata().getName()))
        .findFirst();
  }

  @Override
  public String target() {
    return revisions.target();
  }

  @Override
  public List<Unit> units() {
    String stays = stable == null ? null : revisions.standsFor(stable.revision());
    List<Unit> units = new ArrayList<>();
    steps.forEach(
        (wave, number) -> {
          boolean begun = canary != null && canary.replicas() >= number;
          String told = begun ? revisions.standsFor(canary.revision()) : stays;
          boolean works = begun && canary.current() && canary.available() >= number;
          Sight sight = begun ? sight(canary, works) : sight(stable, complete(stable, replicas));
          units.add(unit(wave, told, works ? told : stays, sight));
        });
    boolean complete = complete(stable, replicas);
    String serves = complete || (stable != null && stable.available() > 0) ? stays : null;
    units.add(unit(Wave.REST, stays, serves, sight(stable, complete)));
    return units;
  }

  private Unit unit(String wave, String told, String serves, Sight sight) {
    return new Unit(
        Unit.Kind.STEP, target(), wave, Map.of(), eligible, true, true, told, serves, sight);
  }

  private static boolean complete(WorkloadFacts deployment, int replicas) {
    return deployment != null
        && deployment.current()
        && deployment.updated() >= replicas
        && deployment.available() >= replicas;
  }

  private Sight sight(WorkloadFacts deployment, boolean works) {
    if (deployment == null) {
      return new Sight.Starting();
    }
    List<ServingPod> own =
        pods.stream()
            .filter(pod -> pod.owner().replaceFirst("-[^-]*$", "").equals(name(deployment)))
            .filter(pod -> deployment.variant().equals(pod.variant()))
            .toList();
    if (works) {
      Instant since =
          own.stream()
              .map(ServingPod::readySince)
              .filter(ready -> ready != null)
              .max(Instant::compareTo)
              .orElse(Instant.EPOCH);
      return new Sight.Ready(since);
    }
    return own.stream()
        .filter(pod -> pod.failure() != null)
        .findFirst()
        .<Sight>map(ServingPod::failure)
        .orElseGet(Sight.Starting::new);
  }

  private static String name(WorkloadFacts deployment) {
    return deployment.object().getMetadata().getName();
  }

  @Override
  public List<HostPlan> hosts(RolloutPlan plan, String goal) {
    String rest = plan.told().get(unit(Wave.REST, null, null, new Sight.Starting()).id());
    String stays = rest == null ? revisions.last() : revisions.standsFor(rest);
    List<HostPlan> hosts = new ArrayList<>();
    hosts.add(host(base, stays, replicas, false));
    String wanted = revisions.standsFor(goal);
    int number = 0;
    for (Map.Entry<String, Integer> step : steps.entrySet()) {
      String told = plan.told().get(unit(step.getKey(), null, null, new Sight.Starting()).id());
      if (told != null && wanted.equals(revisions.standsFor(told))) {
        number = Math.max(number, step.getValue());
      }
    }
    boolean over = wanted.equals(stays) && (canary == null || restIsThere(wanted));
    if (number > 0 && !over && !wanted.equals(revisions.last())) {
      hosts.add(host(base + CANARY, wanted, number, true));
    }
    return hosts.stream().filter(host -> host.plan() != null).toList();
  }

  private boolean restIsThere(String wanted) {
    return stable != null
        && wanted.equals(revisions.standsFor(stable.revision()))
        && complete(stable, replicas);
  }

  private HostPlan host(String name, String revision, int number, boolean canary) {
    return new HostPlan(
        name, revision, revisions.plan(revision).orElse(null), number, NodeChoice.ALL, canary);
  }

  @Override
  public Spread spread(RolloutPlan plan, String goal) {
    String wanted = revisions.standsFor(goal);
    boolean there = stable != null && wanted.equals(revisions.standsFor(stable.revision()));
    int updated =
        there && stable.current()
            ? Math.min(stable.updated(), replicas)
            : canary == null ? 0 : Math.min(canary.updated(), replicas);
    int ready =
        Math.min(
            replicas,
            (stable == null ? 0 : stable.ready()) + (canary == null ? 0 : canary.ready()));
    boolean settled = plan.settled().contains(target()) && restIsThere(wanted) && canary == null;
    return new Spread(replicas, updated, ready, settled);
  }
}
