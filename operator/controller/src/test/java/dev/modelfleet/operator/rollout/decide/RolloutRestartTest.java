package dev.modelfleet.operator.rollout.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.RolloutBuilder;
import dev.modelfleet.api.v1alpha1.Wave;
import dev.modelfleet.api.v1alpha1.WaveBuilder;
import dev.modelfleet.api.v1alpha1.WavePhase;
import dev.modelfleet.operator.rollout.decide.RolloutPlan.Verdict;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * A restart of the operator in any phase of a rollout, over nodes, member clusters or the steps of
 * a canary, changes nothing: the same units are told the same, in the same order, and the end is
 * the same.
 */
class RolloutRestartTest {

  private static final int TICKS = 80;
  private static final int SECONDS = 20;

  /**
   * A point of a rollout.
   *
   * @param name of the phase
   * @param revision that is rolled out
   * @param reached whether a fleet is there
   */
  private record Point(String name, String revision, Predicate<SimulatedFleet> reached) {}

  private static Stream<Point> points() {
    return Stream.of(
        new Point("before anything is told", "good", fleet -> fleet.memory.isEmpty()),
        new Point("first wave under way", "good", wave(0, WavePhase.ROLLING_OUT)),
        new Point("first wave soaks", "good", wave(0, WavePhase.SOAKING)),
        new Point("first wave awaits its promotion", "good", wave(0, WavePhase.AWAITING_PROMOTION)),
        new Point("first wave complete", "good", wave(0, WavePhase.COMPLETE)),
        new Point("second wave under way", "good", wave(1, WavePhase.ROLLING_OUT)),
        new Point("second wave complete", "good", wave(1, WavePhase.COMPLETE)),
        new Point("last wave under way", "good", wave(2, WavePhase.ROLLING_OUT)),
        new Point("complete", "good", fleet -> "good".equals(fleet.current)),
        new Point("paused", "good", fleet -> fleet.paused),
        new Point("first wave of a bad one under way", "bad", wave(0, WavePhase.ROLLING_OUT)),
        new Point("going back", "bad", fleet -> fleet.rejected.contains("bad")),
        new Point(
            "back",
            "bad",
            fleet ->
                fleet.rejected.contains("bad")
                    && fleet.last.plan().verdict() instanceof Verdict.Complete));
  }

  private static Predicate<SimulatedFleet> wave(int index, WavePhase phase) {
    return fleet -> fleet.memory.size() > index && fleet.memory.get(index).phase() == phase;
  }

  @TestFactory
  Stream<DynamicTest> theOutcomeIsTheSame() {
    return Stream.of(Unit.Kind.values())
        .flatMap(
            kind ->
                points()
                    .map(
                        point ->
                            DynamicTest.dynamicTest(
                                kind + ": " + point.name(), () -> compare(kind, point))));
  }

  private static void compare(Unit.Kind kind, Point point) {
    List<Map<String, String>> undisturbed = history(kind, point.revision(), fleet -> false);
    boolean[] restarted = {false};
    List<Map<String, String>> disturbed =
        history(
            kind,
            point.revision(),
            fleet -> {
              restarted[0] |= point.reached().test(fleet);
              return point.reached().test(fleet);
            });

    assertThat(restarted[0]).as("the point is reached").isTrue();
    assertThat(disturbed).isEqualTo(undisturbed);
  }

  /** What units are told in each tick; the operator starts anew wherever it is told to. */
  private static List<Map<String, String>> history(
      Unit.Kind kind, String revision, Predicate<SimulatedFleet> restarts) {
    SimulatedFleet fleet = fleet(kind);
    for (int tick = 0; tick < 5; tick++) {
      fleet.tick(SECONDS * 2);
    }
    fleet.edit(revision);
    List<Map<String, String>> told = new ArrayList<>();
    for (int tick = 0; tick < TICKS; tick++) {
      if (restarts.test(fleet)) {
        fleet.restart();
      }
      fleet.paused = tick > 30 && tick < 35;
      boolean promoted = tick > 20;
      fleet.promotions =
          promoted ? new RolloutFacts.Promotions(false, "w0") : RolloutFacts.Promotions.NONE;
      fleet.tick(SECONDS);
      told.add(fleet.last.plan().told());
    }
    assertThat(fleet.current).isEqualTo(revision.equals("good") ? "good" : "r0");
    return told;
  }

  private static SimulatedFleet fleet(Unit.Kind kind) {
    RolloutPolicy policy =
        RolloutPolicy.of(
            RolloutBuilder.builder()
                .waves(
                    List.of(
                        WaveBuilder.builder()
                            .name("w0")
                            .percent("20%")
                            .soak("1m")
                            .pause(true)
                            .build(),
                        WaveBuilder.builder().name("w1").percent("50%").build()))
                .maxConcurrency(new IntOrString(1))
                .build());
    SimulatedFleet fleet = new SimulatedFleet(policy, new Random(1));
    fleet.quality = (revision, unit) -> revision.equals("bad");
    if (kind == Unit.Kind.STEP) {
      Stream.of("w0", "w1", Wave.REST)
          .forEach(wave -> fleet.units.add(new SimulatedUnit(kind, "t0", wave, true)));
      return fleet;
    }
    for (int i = 0; i < 12; i++) {
      fleet.units.add(new SimulatedUnit(kind, "t0", "unit-" + i, i % 2 == 0));
    }
    return fleet;
  }
}
