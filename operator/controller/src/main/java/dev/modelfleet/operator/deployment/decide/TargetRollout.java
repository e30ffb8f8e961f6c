package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.operator.rollout.decide.RolloutPlan;
import dev.modelfleet.operator.rollout.decide.Unit;
import java.util.List;

/** One target that serves already, as units for the planner and as objects for the cluster. */
interface TargetRollout {

  /** Name of the target. */
  String target();

  /** The units of the target as they are observed. */
  List<Unit> units();

  /**
   * The objects that serve the target as the planner wants it.
   *
   * @param plan what units are told
   * @param goal revision that is to be everywhere
   */
  List<HostPlan> hosts(RolloutPlan plan, String goal);

  /** How far the goal is on the target. */
  Spread spread(RolloutPlan plan, String goal);
}
