package dev.modelfleet.operator.rollout.decide;

import dev.modelfleet.operator.rollout.decide.RolloutPlan.Verdict;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides which unit serves which revision next: a pure function of what is observed, what the
 * status remembers, and the time. A restart of the operator changes nothing in its outcome.
 *
 * <pre>
 * wave:   Pending ─► RollingOut ─► Soaking ─► AwaitingPromotion or Analyzing ─► Complete ─► the next
 *                        │            │                  │
 *                        └────────────┴──────────────────┴──► Failed ─► everything goes back
 * </pre>
 *
 * <p>What holds at any time:
 *
 * <ul>
 *   <li>A unit is told only a revision that has a proven variant for it, and a rejected one never
 *       anew.
 *   <li>A unit takes the update only when its wave's turn has come and, of its own target, a unit
 *       of an earlier wave is verified.
 *   <li>No more units of a wave are under way than maxConcurrency says, and the rollout makes no
 *       more units of a target unavailable than maxUnavailable says.
 *   <li>A unit that can't be reached costs no failure budget and holds nothing up; when it is back
 *       it is told what its wave is told by then, whatever came between.
 * </ul>
 */
public final class RolloutPlanner {

  private RolloutPlanner() {}

  /** What is done next. */
  public static RolloutPlan plan(RolloutFacts facts, Instant now) {
    Membership membership = Membership.of(facts.units(), facts.policy().waves());
    Waves waves = new Waves(facts, membership, now);
    Map<String, String> told = new Assignment(facts, membership, waves).told();
    Set<String> settled = settled(facts, waves);
    return new RolloutPlan(
        told,
        facts.units().stream()
            .filter(unit -> unit.told() != null)
            .filter(unit -> unit.told().equals(told.get(unit.id())))
            .filter(unit -> waves.verified(unit, unit.told()))
            .map(Unit::id)
            .collect(Collectors.toSet()),
        settled,
        waves.statuses(told),
        next(facts, waves, now),
        waiting(facts, waves),
        verdict(facts, waves, settled));
  }

  /**
   * What is done next, with the consequences of a failure drawn at once.
   *
   * @param autoRollback whether a failed revision is given up for the last good one
   */
  public static RolloutStep step(RolloutFacts facts, boolean autoRollback, Instant now) {
    RolloutPlan plan = plan(facts, now);
    if (plan.verdict() instanceof Verdict.Failed failed && autoRollback) {
      return new RolloutStep(plan(facts.rejecting(plan.waves()), now), failed, facts.current());
    }
    boolean complete = plan.verdict() instanceof Verdict.Complete && !facts.goingBack();
    return new RolloutStep(plan, null, complete ? facts.update() : facts.current());
  }

  private static Verdict verdict(RolloutFacts facts, Waves waves, Set<String> settled) {
    if (facts.inWaves() && !facts.paused()) {
      Optional<Verdict.Failed> failed = waves.failed();
      if (failed.isPresent()) {
        return failed.get();
      }
    }
    long targets = facts.units().stream().map(Unit::target).distinct().count();
    if (waves.passed() && settled.size() == targets) {
      return new Verdict.Complete();
    }
    if (facts.paused() && !facts.goingBack()) {
      return new Verdict.Paused();
    }
    return waves.gate().orElseGet(Verdict.Advancing::new);
  }

  private static Set<String> settled(RolloutFacts facts, Waves waves) {
    Set<String> shown = new HashSet<>();
    Set<String> open = new HashSet<>();
    for (Unit unit : facts.units()) {
      boolean verified = unit.reachable() && waves.verified(unit, facts.goal());
      boolean done =
          unit.reachable() ? verified || waves.tolerates(unit) : waves.open(waves.of(unit));
      if (verified) {
        shown.add(unit.target());
      }
      if (!done) {
        open.add(unit.target());
      }
    }
    // Where no unit can be reached, nothing shows that the revision works.
    shown.removeAll(open);
    return shown;
  }

  /** Whether all that is left to do is on units that can't be reached. */
  private static boolean waiting(RolloutFacts facts, Waves waves) {
    return !facts.units().isEmpty()
        && facts.units().stream()
            .filter(unit -> unit.reachable() && unit.eligible())
            .allMatch(unit -> waves.verified(unit, facts.goal()));
  }

  /** The end of a soak, or of the time for which a unit must be ready. */
  private static Optional<Instant> next(RolloutFacts facts, Waves waves, Instant now) {
    Stream<Instant> ripening =
        facts.units().stream()
            .filter(Unit::reachable)
            .flatMap(unit -> waves.verifiedAt(unit).stream())
            .filter(time -> time.isAfter(now));
    return Stream.concat(waves.soakEnd().stream(), ripening).min(Instant::compareTo);
  }
}
