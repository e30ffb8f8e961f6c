package dev.modelfleet.operator.rollout.decide;

import java.util.Map;

/**
 * One thing that takes a revision as a whole, as it was last observed. The planner knows nothing
 * else of it: a node with its pod, a member cluster with all that runs in it, and a step of a
 * canary are planned alike.
 *
 * @param kind what it is
 * @param target name of the target that it serves; for a member cluster the target that is served
 *     there
 * @param name of the node, EdgeCluster or step; its hash decides which share of the fleet it is in
 * @param labels of the node or EdgeCluster
 * @param eligible whether the revision that is rolled out has a proven variant for it
 * @param surge whether it can run two revisions side by side, so that it never goes dark
 * @param reachable whether it can be told and observed; what is known of an unreachable one is old
 * @param told revision that it was last told to serve; null for none
 * @param serves revision that answers requests there; null for none
 * @param sight how far it is with the revision that it was told
 */
public record Unit(
    Kind kind,
    String target,
    String name,
    Map<String, String> labels,
    boolean eligible,
    boolean surge,
    boolean reachable,
    String told,
    String serves,
    Sight sight) {

  /** What a unit is. */
  public enum Kind {
    /** A node of the operator's own cluster. */
    NODE,
    /** A member cluster. */
    CLUSTER,
    /** A step of a canary; its name is that of its wave. */
    STEP
  }

  public Unit {
    labels = Map.copyOf(labels);
  }

  /** What no other unit of a ModelDeployment has. */
  public String id() {
    return target + "/" + kind + "/" + name;
  }

  /** Whether it was told this revision and is not done with it. */
  boolean underway(String revision) {
    return revision.equals(told) && !(sight instanceof Sight.Ready);
  }

  /** Why it failed with a revision; null where it did not. */
  Sight.Failed failure(String revision) {
    return revision.equals(told) && sight instanceof Sight.Failed failed ? failed : null;
  }
}
