package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.DeploymentTarget;
import dev.modelfleet.operator.member.decide.ClusterFacts;
import dev.modelfleet.operator.member.decide.MemberView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one member cluster is told to serve.
 *
 * @param targets of the ModelDeployment that the cluster serves, in the spec's order
 * @param revision the newest revision among them; null where there are none
 * @param over whether no target selects the cluster any more
 */
public record MemberTelling(List<Target> targets, String revision, boolean over) {

  /**
   * One target.
   *
   * @param name of the target
   * @param serving what it is to serve; null to leave it as it is
   */
  public record Target(String name, TargetServing serving) {}

  /** Tells. */
  public static MemberTelling of(
      DeploymentFacts facts, DeploymentDecision decision, ClusterFacts cluster) {
    List<Target> targets = new ArrayList<>();
    List<String> revisions = new ArrayList<>();
    boolean known = true;
    for (TargetServing serving : decision.servings()) {
      known &= facts.targets().containsKey(serving.target().hardwareTargetRef().name());
      Optional<MemberView> view = view(facts, serving.target(), cluster);
      if (view.isEmpty()) {
        continue;
      }
      TargetServing told = told(facts, decision, serving, view.get());
      targets.add(new Target(serving.target().name(), told));
      String revision = told == null ? view.get().told() : told.revision();
      if (revision != null) {
        revisions.add(revision);
      }
    }
    String update = decision.update() == null ? null : decision.update().hash();
    String newest =
        revisions.contains(update) ? update : revisions.isEmpty() ? null : revisions.getFirst();
    return new MemberTelling(List.copyOf(targets), newest, known && targets.isEmpty());
  }

  private static Optional<MemberView> view(
      DeploymentFacts facts, DeploymentTarget target, ClusterFacts cluster) {
    return facts.memberViews(target).stream()
        .filter(view -> view.cluster().name().equals(cluster.name()))
        .findFirst();
  }

  /** What the planner says of the cluster; all clusters alike where nothing served before. */
  private static TargetServing told(
      DeploymentFacts facts, DeploymentDecision decision, TargetServing serving, MemberView view) {
    if (serving.plan() == null || !serving.plan().inMembers()) {
      return null;
    }
    boolean back = decision.state() instanceof RolloutState.RolledBack;
    if (!view.cluster().changeable() && view.told() != null && !back) {
      return null;
    }
    boolean planned = decision.plan() != null && serving.spread() != null;
    if (planned) {
      String revision = decision.plan().told().get(MembersRollout.id(view));
      return revision == null ? null : at(facts, decision, serving, revision);
    }
    return serving.updating() || view.told() == null ? serving : null;
  }

  private static TargetServing at(
      DeploymentFacts facts, DeploymentDecision decision, TargetServing serving, String revision) {
    Optional<Revision> known =
        decision.update() != null && decision.update().hash().equals(revision)
            ? Optional.of(decision.update())
            : facts.revision(revision);
    return known
        .flatMap(r -> r.plan(serving.target().name()))
        .filter(TargetPlan::inMembers)
        .map(
            plan ->
                new TargetServing(
                    serving.target(),
                    serving.wanted(),
                    serving.wantedVariant(),
                    plan,
                    revision,
                    facts.variants().get(plan.variant()),
                    serving.workload()))
        .orElse(null);
  }
}
