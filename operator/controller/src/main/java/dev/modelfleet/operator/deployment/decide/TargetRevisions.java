package dev.modelfleet.operator.deployment.decide;

import java.util.List;
import java.util.Optional;

/**
 * What revisions are to one target. Two revisions that serve it alike are one for it, that which is
 * to be everywhere, so that nothing is replaced by its like.
 *
 * @param target name of the target
 * @param update revision that is rolled out
 * @param current last revision that all targets served
 * @param back whether the update was given up, so that the last good one is to be everywhere
 * @param kept all revisions
 */
record TargetRevisions(
    String target, Revision update, Revision current, boolean back, List<Revision> kept) {

  /** The revision that stands for another one. */
  String standsFor(String revision) {
    Optional<TargetPlan> plan = plan(revision);
    if (plan.isEmpty()) {
      return revision;
    }
    for (Revision known : back ? List.of(current, update) : List.of(update, current)) {
      if (plan.equals(known.plan(target))) {
        return known.hash();
      }
    }
    return revision;
  }

  /** How a revision serves the target. */
  Optional<TargetPlan> plan(String revision) {
    if (update.hash().equals(revision)) {
      return update.plan(target);
    }
    return kept.stream()
        .filter(known -> known.hash().equals(revision))
        .findFirst()
        .flatMap(known -> known.plan(target));
  }

  /** The last good revision, under the name of the one that stands for it. */
  String last() {
    return standsFor(current.hash());
  }
}
