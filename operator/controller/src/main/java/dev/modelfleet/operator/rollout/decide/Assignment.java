package dev.modelfleet.operator.rollout.decide;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which revision each unit is told to serve, within the budgets. */
final class Assignment {

  /** New units begin when this part of the budget is free, so that many begin with one write. */
  private static final int BATCHES = 4;

  private final RolloutFacts facts;
  private final Waves waves;
  private final Membership membership;
  private final Map<String, String> told = new HashMap<>();
  private final Map<String, Integer> unavailable = new HashMap<>();
  private final Map<String, Integer> sizes = new HashMap<>();
  private final Map<String, Integer> firstVerified = new HashMap<>();
  private final Map<String, Integer> firstWave = new HashMap<>();

  Assignment(RolloutFacts facts, Membership membership, Waves waves) {
    this.facts = facts;
    this.waves = waves;
    this.membership = membership;
    for (Unit unit : facts.units()) {
      sizes.merge(unit.target(), 1, Integer::sum);
      if (unit.reachable() && unit.serves() == null) {
        unavailable.merge(unit.target(), 1, Integer::sum);
      }
      evidence(unit);
    }
    for (Unit unit : facts.units()) {
      String stays = stays(unit);
      if (stays != null) {
        told.put(unit.id(), stays);
      }
    }
    if (!facts.paused() || facts.goingBack()) {
      for (int wave = 0; wave < waves.size(); wave++) {
        begin(wave);
      }
    }
  }

  Map<String, String> told() {
    return told;
  }

  private void evidence(Unit unit) {
    if (unit.reachable() && unit.eligible()) {
      int wave = membership.wave(unit);
      firstWave.merge(unit.target(), wave, Math::min);
      if (waves.verified(unit, facts.update())) {
        firstVerified.merge(unit.target(), wave, Math::min);
      }
    }
  }

  /** What a unit is told as long as nothing new begins on it. */
  private String stays(Unit unit) {
    String goal = facts.goal();
    boolean toldGoal = goal.equals(unit.told());
    if (facts.paused() && !facts.goingBack() && unit.told() != null) {
      return unit.told();
    }
    if (facts.current() == null) {
      return unit.eligible() || toldGoal ? goal : unit.told();
    }
    if (toldGoal || facts.current().equals(unit.told())) {
      return unit.told();
    }
    if (unit.told() == null) {
      return facts.current();
    }
    return superseded(unit);
  }

  /**
   * A unit on a revision that is neither the last good one nor the one that is rolled out. One that
   * is away is not sent back: what it was told may serve there by now, and it goes on from there.
   */
  private String superseded(Unit unit) {
    boolean serves = unit.told().equals(unit.serves());
    boolean rejected = facts.rejected().contains(unit.told());
    boolean goesDark = unit.reachable() && !unit.surge() && !facts.current().equals(unit.serves());
    boolean begins = facts.goal().equals(facts.current()) && unit.reachable();
    boolean away = !facts.goal().equals(facts.current()) && !unit.reachable();
    if (begins || ((serves || away) && !rejected)) {
      return unit.told();
    }
    return !goesDark || takeAvailability(unit) ? facts.current() : unit.told();
  }

  private void begin(int wave) {
    List<Unit> waiting = new ArrayList<>();
    int underway = 0;
    for (Unit unit : waves.members(wave)) {
      if (underway(unit)) {
        underway++;
      } else if (startable(unit, wave) && costsNothing(unit)) {
        told.put(unit.id(), facts.goal());
      } else if (startable(unit, wave)) {
        waiting.add(unit);
      }
    }
    waiting.sort(
        Comparator.comparingInt((Unit u) -> u.serves() == null ? 0 : 1)
            .thenComparingInt(u -> membership.bucket(u))
            .thenComparing(Unit::id));
    int concurrency = waves.concurrency(wave);
    int free = concurrency - underway;
    if (free < Math.min(waiting.size(), Math.max(1, concurrency / BATCHES))) {
      return;
    }
    for (Unit unit : waiting) {
      if (free > 0 && (unit.surge() || takeAvailability(unit))) {
        told.put(unit.id(), facts.goal());
        free--;
      }
    }
  }

  /** Whether a unit goes back to what it still serves, or from what never served there. */
  private boolean costsNothing(Unit unit) {
    return facts.goal().equals(facts.current())
        && (unit.serves() == null || unit.serves().equals(facts.goal()));
  }

  private boolean underway(Unit unit) {
    return unit.reachable()
        && facts.goal().equals(unit.told())
        && !(unit.sight() instanceof Sight.Failed)
        && !waves.verified(unit, facts.goal());
  }

  private boolean startable(Unit unit, int wave) {
    boolean wanted = unit.reachable() && !facts.goal().equals(told.get(unit.id()));
    if (!wanted || facts.goingBack()) {
      return wanted;
    }
    return unit.eligible() && waves.open(wave) && (!facts.inWaves() || hasEvidence(unit, wave));
  }

  /** Whether a device of the unit's target showed in an earlier wave that the revision works. */
  private boolean hasEvidence(Unit unit, int wave) {
    return firstWave.getOrDefault(unit.target(), wave) == wave
        || firstVerified.getOrDefault(unit.target(), wave) < wave;
  }

  /** Whether a unit may go dark; it is then counted. One that is dark already costs nothing. */
  private boolean takeAvailability(Unit unit) {
    if (unit.serves() == null) {
      return true;
    }
    int most = facts.policy().maxUnavailable().atLeastOne(sizes.get(unit.target()));
    if (unavailable.getOrDefault(unit.target(), 0) >= most) {
      return false;
    }
    unavailable.merge(unit.target(), 1, Integer::sum);
    return true;
  }
}
