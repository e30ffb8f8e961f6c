package dev.modelfleet.kubectl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How a rollout's state becomes an exit code. */
class RolloutVerdictTest {

  static Stream<Arguments> cases() {
    return Stream.of(
        Arguments.of("done", Fixtures.DONE, 0),
        Arguments.of("rolled back", Fixtures.ROLLED_BACK, 2),
        Arguments.of(
            "going back",
            Fixtures.ROLLED_BACK
                + "  - {type: Reconciling, status: \"True\", observedGeneration: 2, lastTransitionTime: \"2026-01-31T12:00:00Z\", reason: GoldenMismatch, message: m}\n",
            3),
        Arguments.of("awaits promotion", Fixtures.AWAITS_PROMOTION, 3),
        Arguments.of(
            "ready, but of an older spec",
            Fixtures.DONE.replace("observedGeneration: 2", "observedGeneration: 1"),
            3),
        Arguments.of(
            "deadline exceeded",
            Fixtures.AWAITS_PROMOTION.replace(
                "Progressing, status: \"True\", observedGeneration: 2, lastTransitionTime: \"2026-01-31T12:00:00Z\", reason: RollingOut",
                "Progressing, status: \"False\", observedGeneration: 2, lastTransitionTime: \"2026-01-31T12:00:00Z\", reason: ProgressDeadlineExceeded"),
            2),
        Arguments.of(
            "stalled", Fixtures.AWAITS_PROMOTION.replace("type: Progressing", "type: Stalled"), 2));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void exitCode(String name, String status, int expected) {
    assertThat(RolloutVerdict.of(Fixtures.deployment(status)).exitCode()).isEqualTo(expected);
  }
}
