package dev.modelfleet.operator.rollout.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.modelfleet.api.v1alpha1.RolloutBuilder;
import dev.modelfleet.api.v1alpha1.Wave;
import dev.modelfleet.api.v1alpha1.WaveBuilder;
import dev.modelfleet.api.v1alpha1.WavePhase;
import dev.modelfleet.api.v1alpha1.WaveStatus;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * 100,000 random fleets with faults, restarts and edits: whatever happens, the promises hold, and
 * when the faults end the rollout comes to its end.
 */
class RolloutSimulationTest {

  private static final int FLEETS = 100_000;

  /** Every so many histories are followed to their end, which takes most of the time. */
  private static final int TO_THE_END = 5;

  private static final int DISTURBED_TICKS = 12;
  private static final int TICKS_TO_THE_END = 400;

  @Test
  void promisesHoldInEveryHistory() {
    IntStream.range(0, FLEETS)
        .parallel()
        .forEach(
            seed -> {
              try {
                history(seed);
              } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("with seed " + seed + ": " + e.getMessage(), e);
              }
            });
  }

  private static void history(int seed) {
    Random random = new Random(seed);
    SimulatedFleet fleet = fleet(random);
    settle(fleet);
    for (int tick = 0; tick < DISTURBED_TICKS; tick++) {
      disturb(fleet, random);
      fleet.tick(random.nextInt(60));
      check(fleet);
    }
    if (seed % TO_THE_END == 0) {
      theFaultsEnd(fleet);
    }
  }

  private static SimulatedFleet fleet(Random random) {
    SimulatedFleet fleet = new SimulatedFleet(policy(random), random);
    int targets = 1 + random.nextInt(2);
    for (int t = 0; t < targets; t++) {
      boolean surge = random.nextBoolean();
      int size = 1 + random.nextInt(7);
      for (int i = 0; i < size; i++) {
        Unit.Kind kind = random.nextInt(4) == 0 ? Unit.Kind.CLUSTER : Unit.Kind.NODE;
        fleet.units.add(
            new SimulatedUnit(kind, "t" + t, "n" + random.nextInt(500) + "-" + i, surge));
      }
    }
    // A revision is bad nowhere, everywhere, or on some devices.
    int bad = random.nextInt(4);
    fleet.quality =
        (revision, unit) ->
            switch (revision) {
              case "r0", "good" -> false;
              case "bad" -> true;
              default -> bad > 0 && (revision + unit).hashCode() % 4 < bad - 1;
            };
    return fleet;
  }

  private static RolloutPolicy policy(Random random) {
    List<Wave> waves = new ArrayList<>();
    int share = 0;
    for (int w = 0; w < random.nextInt(4); w++) {
      share += 1 + random.nextInt(40);
      WaveBuilder wave = WaveBuilder.builder().name("w" + w).percent(Math.min(share, 100) + "%");
      wave.pause(random.nextInt(4) == 0);
      wave.soak(random.nextInt(3) == 0 ? random.nextInt(120) + "s" : null);
      if (share <= 100) {
        waves.add(wave.build());
      }
    }
    return RolloutPolicy.of(
        RolloutBuilder.builder()
            .waves(waves)
            .maxConcurrency(new IntOrString(1 + random.nextInt(3)))
            .maxUnavailable(new IntOrString(1 + random.nextInt(2)))
            .maxFailures(new IntOrString(random.nextInt(2)))
            .minReadySeconds(random.nextInt(3) * 10)
            .build());
  }

  private static void disturb(SimulatedFleet fleet, Random random) {
    SimulatedUnit any = fleet.units.get(random.nextInt(fleet.units.size()));
    switch (random.nextInt(14)) {
      case 0, 1 -> fleet.edit("r" + random.nextInt(4));
      case 2 -> fleet.edit("bad");
      case 3 -> any.reachable(false);
      case 4 -> any.reachable(true);
      case 5 -> any.stumble(fleet.now);
      case 6 -> fleet.paused = random.nextBoolean();
      case 7 -> fleet.promotions = new RolloutFacts.Promotions(random.nextBoolean(), "w0");
      case 8 -> fleet.restart();
      case 9 ->
          fleet.units.add(new SimulatedUnit(Unit.Kind.NODE, "t0", "late" + random.nextInt(), true));
      case 10 -> fleet.units.remove(fleet.units.size() > 1 ? any : null);
      case 11 -> fleet.unproven.add("r" + random.nextInt(4));
      case 12 -> fleet.unproven.clear();
      case 13 -> fleet.policy = policy(random);
      default -> throw new IllegalStateException();
    }
  }

  private static void settle(SimulatedFleet fleet) {
    for (int tick = 0; tick < 6 && (tick == 0 || !fleet.complete()); tick++) {
      fleet.tick(40);
    }
    assertThat(fleet.current).isEqualTo("r0");
  }

  private static void check(SimulatedFleet fleet) {
    if (fleet.seesNothingNew()) {
      return;
    }
    List<Unit> begun = new ArrayList<>();
    for (Unit unit : fleet.facts.units()) {
      String was = fleet.before.get(unit.id());
      String is = fleet.last.plan().told().get(unit.id());
      boolean anew = is != null && !is.equals(was);
      if (anew) {
        toldSomethingProven(fleet, unit, is);
        String goal = fleet.facts.goal();
        boolean back = goal.equals(fleet.facts.current());
        boolean costs = !back || (unit.serves() != null && !unit.serves().equals(goal));
        if (is.equals(goal) && costs && was != null && unit.reachable()) {
          begun.add(unit);
        }
      }
      if (was != null && is == null) {
        fail("%s was told %s and now nothing", unit, was);
      }
    }
    if (!begun.isEmpty()) {
      budgets(fleet, begun);
    }
    availability(fleet);
    noLies(fleet);
  }

  private static void toldSomethingProven(SimulatedFleet fleet, Unit unit, String revision) {
    boolean update = revision.equals(fleet.facts.update());
    boolean current = revision.equals(fleet.facts.current());
    assertThat(update || current).as("%s is told %s", unit, revision).isTrue();
    if (update && !current) {
      assertThat(unit.eligible()).as("%s is told an unproven revision", unit).isTrue();
      assertThat(fleet.rejected)
          .as("%s is told a rejected revision", unit)
          .doesNotContain(revision);
    }
    if (fleet.paused && !fleet.facts.goingBack() && fleet.last.failure() == null) {
      assertThat(fleet.before.get(unit.id())).as("told while paused: %s", unit).isNull();
    }
  }

  /** Units that begin now and those under way are within the wave's concurrency. */
  private static void budgets(SimulatedFleet fleet, List<Unit> units) {
    Membership membership = Membership.of(fleet.facts.units(), fleet.facts.policy().waves());
    Map<Integer, Integer> begun = new HashMap<>();
    units.forEach(unit -> begun.merge(membership.wave(unit), 1, Integer::sum));
    boolean goesBack = fleet.last.failure() != null;
    begun.forEach(
        (wave, number) -> {
          List<Unit> members =
              fleet.facts.units().stream().filter(u -> membership.wave(u) == wave).toList();
          int underway = 0;
          for (Unit unit : members) {
            boolean pending =
                unit.reachable()
                    && fleet.facts.goal().equals(unit.told())
                    && unit.sight() instanceof Sight.Starting;
            underway += pending ? 1 : 0;
          }
          int most = fleet.policy.waves().get(wave).concurrency().atLeastOne(members.size());
          if (!goesBack) {
            assertThat(underway + number)
                .as("under way in wave %d of %s", wave, fleet.facts)
                .isLessThanOrEqualTo(most);
          }
          assertThat(number).isLessThanOrEqualTo(most);
        });
  }

  /** What served and goes dark because it is told something else is within maxUnavailable. */
  private static void availability(SimulatedFleet fleet) {
    Map<String, Integer> dark = new HashMap<>();
    Map<String, Integer> taken = new HashMap<>();
    Map<String, Integer> size = new HashMap<>();
    for (Unit unit : fleet.facts.units()) {
      size.merge(unit.target(), 1, Integer::sum);
      String is = fleet.last.plan().told().get(unit.id());
      boolean changes = !Objects.equals(is, fleet.before.get(unit.id()));
      boolean serves = unit.serves() != null && !unit.serves().equals(is);
      boolean takes = changes && !unit.surge() && serves && unit.reachable();
      if (unit.reachable() && unit.serves() == null || takes) {
        dark.merge(unit.target(), 1, Integer::sum);
      }
      if (takes) {
        taken.merge(unit.target(), 1, Integer::sum);
      }
    }
    taken.forEach(
        (target, number) ->
            assertThat(dark.get(target))
                .as("unavailable units of %s", target)
                .isLessThanOrEqualTo(fleet.policy.maxUnavailable().atLeastOne(size.get(target))));
  }

  private static void noLies(SimulatedFleet fleet) {
    List<WaveStatus> waves = fleet.last.plan().waves();
    if (!waves.isEmpty()) {
      assertThat(waves.stream().mapToInt(WaveStatus::units).sum())
          .isEqualTo(fleet.facts.units().size());
    }
    boolean later = false;
    for (WaveStatus wave : waves) {
      assertThat(wave.verified()).isLessThanOrEqualTo(wave.updated());
      assertThat(wave.updated()).isLessThanOrEqualTo(wave.units());
      boolean underway =
          wave.phase() != WavePhase.PENDING
              && wave.phase() != WavePhase.COMPLETE
              && wave.phase() != WavePhase.FAILED;
      assertThat(underway && later).as("two waves under way: %s", waves).isFalse();
      later |= underway;
    }
    if (fleet.complete()) {
      for (Unit unit : fleet.facts.units()) {
        if (unit.reachable() && !(unit.sight() instanceof Sight.Failed)) {
          assertThat(unit.serves()).isEqualTo(fleet.facts.goal());
        }
      }
    }
  }

  /**
   * With everything back and a good revision, all devices end on it; with a bad one, on the last.
   */
  private static void theFaultsEnd(SimulatedFleet fleet) {
    fleet.units.forEach(unit -> unit.reachable(true));
    fleet.quality = (revision, unit) -> revision.equals("bad");
    fleet.units.forEach(unit -> unit.repair(fleet.now));
    fleet.paused = false;
    fleet.unproven.clear();
    fleet.promotions = new RolloutFacts.Promotions(true, null);
    finish(fleet, "bad");
    String good = fleet.current;
    assertThat(good).isNotEqualTo("bad");
    assertThat(fleet.rejected).contains("bad");
    finish(fleet, "good");
    assertThat(fleet.current).isEqualTo("good");
  }

  private static void finish(SimulatedFleet fleet, String revision) {
    fleet.edit(revision);
    for (int tick = 0; tick < TICKS_TO_THE_END; tick++) {
      fleet.tick(40);
      check(fleet);
      if (fleet.complete() && fleet.facts.goal().equals(served(fleet))) {
        return;
      }
    }
    fail("never at its end: %s %s", fleet.last, fleet.facts);
  }

  /** The one revision that all devices serve; null where there are several. */
  private static String served(SimulatedFleet fleet) {
    List<String> all = fleet.units.stream().map(u -> u.serves(fleet.now)).distinct().toList();
    return all.size() == 1 ? all.getFirst() : null;
  }
}
