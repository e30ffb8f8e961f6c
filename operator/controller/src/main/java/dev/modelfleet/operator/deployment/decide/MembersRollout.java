package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.operator.member.decide.MemberView;
import dev.modelfleet.operator.rollout.decide.RolloutPlan;
import dev.modelfleet.operator.rollout.decide.Sight;
import dev.modelfleet.operator.rollout.decide.Unit;
import java.util.List;

/**
 * A target in member clusters: each cluster is a unit. What a cluster is told stands in its
 * EdgeDeployment, so there are no objects in the hub.
 */
final class MembersRollout implements TargetRollout {

  private final TargetRevisions revisions;
  private final boolean eligible;
  private final List<MemberView> members;

  /**
   * A target.
   *
   * @param eligible whether the update has a proven variant for it
   * @param members the clusters that it selects
   */
  MembersRollout(TargetRevisions revisions, boolean eligible, List<MemberView> members) {
    this.revisions = revisions;
    this.eligible = eligible;
    this.members = members;
  }

  /** The name by which the planner knows a cluster of a target. */
  static String id(MemberView member) {
    return member.target() + "/" + Unit.Kind.CLUSTER + "/" + member.cluster().name();
  }

  @Override
  public String target() {
    return revisions.target();
  }

  @Override
  public List<Unit> units() {
    return members.stream().map(this::unit).toList();
  }

  private Unit unit(MemberView member) {
    return new Unit(
        Unit.Kind.CLUSTER,
        target(),
        member.cluster().name(),
        member.cluster().labels(),
        eligible,
        true,
        member.cluster().reachable() && open(member),
        known(member.told()),
        known(member.serves()),
        sight(member));
  }

  /**
   * Outside its windows a cluster is as good as away, unless it takes the update already or that is
   * taken back.
   */
  private boolean open(MemberView member) {
    return revisions.back()
        || member.cluster().changeable()
        || revisions.standsFor(revisions.update().hash()).equals(known(member.told()));
  }

  private String known(String revision) {
    return revision == null ? null : revisions.standsFor(revision);
  }

  private static Sight sight(MemberView member) {
    if (member.failure().isPresent()) {
      var failure = member.failure().get();
      return new Sight.Failed(failure.reason(), failure.message());
    }
    return member.complete() ? new Sight.Ready(member.completeSince()) : new Sight.Starting();
  }

  @Override
  public List<HostPlan> hosts(RolloutPlan plan, String goal) {
    return List.of();
  }

  @Override
  public Spread spread(RolloutPlan plan, String goal) {
    String wanted = revisions.standsFor(goal);
    int desired = 0;
    int updated = 0;
    int ready = 0;
    for (MemberView member : members) {
      var pods = member.pods();
      if (member.cluster().reachable() && pods.isPresent()) {
        boolean told = wanted.equals(known(member.told())) && member.current();
        desired += pods.get().desired();
        updated += told ? pods.get().updated() : 0;
        ready += pods.get().available();
      }
    }
    boolean settled = members.isEmpty() || plan.settled().contains(target());
    return new Spread(desired, updated, ready, settled);
  }
}
