package dev.modelfleet.operator.rollout.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.operator.rollout.decide.RolloutFacts.Promotions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A member cluster that was told revision {@code two} while {@code one} was the last good one, and
 * then could not be reached.
 */
class AwayUnitTest {

  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

  @Test
  void staysWithWhatItWasToldWhileAnotherIsRolledOutElsewhere() {
    assertThat(told("three", "one", Set.of(), false)).isEqualTo("two");
  }

  @Test
  void isNotLeftWithWhatFailedElsewhere() {
    assertThat(told("three", "one", Set.of("two"), false)).isEqualTo("one");
  }

  @Test
  void isToldTheNewestAsSoonAsThatIsAccepted() {
    assertThat(told("three", "three", Set.of(), false)).isEqualTo("three");
  }

  @Test
  void takesPartAgainWhenItIsBack() {
    assertThat(told("three", "one", Set.of(), true)).isEqualTo("three");
  }

  private static String told(
      String update, String current, Set<String> rejected, boolean reachable) {
    Unit unit =
        new Unit(
            Unit.Kind.CLUSTER,
            "edge",
            "shop",
            Map.of(),
            true,
            true,
            reachable,
            "two",
            "one",
            new Sight.Starting());
    RolloutFacts facts =
        new RolloutFacts(
            RolloutPolicy.of(null),
            List.of(unit),
            update,
            current,
            rejected,
            List.of(),
            false,
            true,
            Promotions.NONE,
            new Judgement.Unasked());
    return RolloutPlanner.step(facts, true, NOW).plan().told().get(unit.id());
  }
}
