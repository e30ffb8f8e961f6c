package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.DeploymentTarget;
import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions.Reason;
import dev.modelfleet.api.v1alpha1.Placement;
import dev.modelfleet.api.v1alpha1.RejectedRevision;
import dev.modelfleet.api.v1alpha1.Rollout;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.api.v1alpha1.WaveStatus;
import dev.modelfleet.operator.member.decide.MemberView;
import dev.modelfleet.operator.placement.decide.NodeFacts;
import dev.modelfleet.operator.rollout.decide.Judgement;
import dev.modelfleet.operator.rollout.decide.RolloutFacts;
import dev.modelfleet.operator.rollout.decide.RolloutFacts.Promotions;
import dev.modelfleet.operator.rollout.decide.RolloutPlan;
import dev.modelfleet.operator.rollout.decide.RolloutPlanner;
import dev.modelfleet.operator.rollout.decide.RolloutPolicy;
import dev.modelfleet.operator.rollout.decide.RolloutStep;
import dev.modelfleet.operator.rollout.decide.Unit;
import io.fabric8.kubernetes.api.model.Toleration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The targets that serve already, put before the planner. A target that nothing serves yet has
 * nothing to protect and is not among them.
 */
final class FleetRollout {

  /** Taints that the DaemonSet controller lets its pods tolerate by itself. */
  private static final List<Toleration> OF_DAEMON_SETS =
      Stream.of(
              "not-ready",
              "unreachable",
              "disk-pressure",
              "memory-pressure",
              "pid-pressure",
              "unschedulable",
              "network-unavailable")
          .map(t -> new Toleration(null, "node.kubernetes.io/" + t, "Exists", null, null))
          .toList();

  private final DeploymentFacts facts;
  private final Revision update;
  private final Revision current;
  private final RolloutPolicy policy;
  private final String goal;
  private final Set<String> rejected;
  private final Map<String, TargetRollout> targets = new LinkedHashMap<>();

  /**
   * The fleet of a ModelDeployment.
   *
   * @param update revision that is rolled out
   * @param current last revision that all targets served
   * @param rejected revisions that are not tried again
   */
  FleetRollout(
      DeploymentFacts facts, Revision update, Revision current, List<RejectedRevision> rejected) {
    this.facts = facts;
    this.update = update;
    this.current = current;
    this.policy = RolloutPolicy.of(facts.deployment().getSpec().rollout());
    this.rejected = failed(rejected);
    boolean back = this.rejected.contains(update.hash()) && !update.hash().equals(current.hash());
    this.goal = back ? current.hash() : update.hash();
    for (DeploymentTarget target : facts.deployment().getSpec().targets()) {
      rollout(target).ifPresent(rollout -> targets.put(target.name(), rollout));
    }
  }

  /** Revisions that failed on devices or were aborted: a rejected variant is never rolled out. */
  static Set<String> failed(List<RejectedRevision> rejected) {
    return rejected.stream()
        .filter(r -> !Reason.VARIANT_REJECTED.equals(r.reason()))
        .map(RejectedRevision::revision)
        .collect(Collectors.toSet());
  }

  /** The target as the planner sees it; empty where nothing serves it yet. */
  Optional<TargetRollout> of(String target) {
    return Optional.ofNullable(targets.get(target));
  }

  /** Whether units that can be reached are left with another revision than the update. */
  boolean holdsOther(RolloutPlan plan) {
    return targets.values().stream()
        .flatMap(target -> target.units().stream())
        .filter(unit -> unit.reachable() && unit.told() != null)
        .anyMatch(unit -> !update.hash().equals(plan.told().get(unit.id())));
  }

  /**
   * What is done next.
   *
   * @param gated whether waves pause and soak
   */
  RolloutStep step(boolean paused, boolean gated, Promotions promotions, Instant now) {
    Rollout rollout = facts.deployment().getSpec().rollout();
    List<Unit> units = targets.values().stream().flatMap(t -> t.units().stream()).toList();
    boolean same = update.hash().equals(facts.status().updateRevision());
    List<WaveStatus> memory = same ? facts.status().waves() : List.of();
    RolloutFacts planned =
        new RolloutFacts(
            policy,
            units,
            update.hash(),
            current.hash(),
            rejected,
            memory,
            paused,
            gated,
            promotions,
            gated ? FleetAnalysis.judge(facts, update, units) : new Judgement.Unasked());
    boolean autoRollback = rollout == null || !Boolean.FALSE.equals(rollout.autoRollback());
    return RolloutPlanner.step(planned, autoRollback, now);
  }

  private Optional<TargetRollout> rollout(DeploymentTarget target) {
    List<WorkloadFacts> workloads = facts.workloads().getOrDefault(target.name(), List.of());
    Optional<TargetPlan> plan = update.plan(target.name());
    Optional<TargetPlan> before = current.plan(target.name());
    boolean perNode = plan.map(p -> p.mode() == Placement.Mode.PER_NODE).orElse(false);
    boolean sameMode =
        plan.isPresent() && before.map(p -> p.mode() == plan.get().mode()).orElse(false);
    if (sameMode && plan.get().inMembers()) {
      return members(target, plan.get(), before.get());
    }
    List<WorkloadFacts> own =
        workloads.stream().filter(w -> (w.replicas() == null) == perNode).toList();
    if (!sameMode || own.isEmpty()) {
      return Optional.empty();
    }
    TargetRevisions revisions =
        new TargetRevisions(
            target.name(), update, current, !goal.equals(update.hash()), facts.revisions());
    String base = ServingObjects.name(facts.deployment().getMetadata().getName(), target.name());
    List<ServingPod> pods =
        facts.pods().stream().filter(pod -> target.name().equals(pod.target())).toList();
    boolean eligible = ready(plan.get());
    return Optional.of(
        perNode
            ? new PerNodeRollout(base, revisions, eligible, nodes(plan.get()), own, pods, goal)
            : new ReplicasRollout(
                base,
                revisions,
                eligible,
                replicas(target, plan.get(), own),
                own,
                pods,
                policy,
                target.route() != null));
  }

  private Optional<TargetRollout> members(
      DeploymentTarget target, TargetPlan plan, TargetPlan before) {
    List<MemberView> views = facts.memberViews(target);
    boolean serves = before.inMembers() && views.stream().anyMatch(view -> view.told() != null);
    TargetRevisions revisions =
        new TargetRevisions(
            target.name(), update, current, !goal.equals(update.hash()), facts.revisions());
    return serves
        ? Optional.of(new MembersRollout(revisions, ready(plan), views))
        : Optional.empty();
  }

  private int replicas(DeploymentTarget target, TargetPlan plan, List<WorkloadFacts> own) {
    Integer number = Scaling.counted(facts.deployment(), target, plan, own).replicas();
    return number == null ? 1 : number;
  }

  private boolean ready(TargetPlan plan) {
    var variant = facts.variants().get(plan.variant());
    return variant != null
        && variant.getStatus() != null
        && variant.getStatus().phase() == VariantPhase.READY;
  }

  private List<NodeFacts> nodes(TargetPlan plan) {
    List<Toleration> tolerations = new ArrayList<>(OF_DAEMON_SETS);
    plan.tolerations().forEach(toleration -> tolerations.add(toleration.toToleration()));
    return facts.nodes().stream()
        .filter(node -> node.matches(plan.nodeSelector()) && node.tolerated(tolerations))
        .toList();
  }
}
