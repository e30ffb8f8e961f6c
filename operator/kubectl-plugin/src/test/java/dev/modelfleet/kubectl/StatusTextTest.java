package dev.modelfleet.kubectl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What people read of a rollout. */
class StatusTextTest {

  @Test
  void targetsAndWavesAreTables() {
    assertThat(StatusText.full(Fixtures.deployment(Fixtures.AWAITS_PROMOTION)))
        .isEqualTo(
            """
            minilm  RollingOut: wave first awaits its promotion
            revision bbbb is wanted, aaaa is the last that all targets served

            TARGET   PHASE        RECIPE   SIZE    DROP   P99      UPDATED   READY
            gpu      RollingOut   fp16     45.2M   0%     25.1ms   1/2       2/2
            edge     Building     -        -       -      -        0/19      19/19

            WAVE    PHASE               UNITS   UPDATED   VERIFIED   FAILED   UNREACHABLE   SOAKS UNTIL
            first   AwaitingPromotion   1       1         1          0        0             -
            rest    Pending             19      0         0          0        2             -
            """);
  }

  @Test
  void whatWasRejectedIsTold() {
    assertThat(StatusText.full(Fixtures.deployment(Fixtures.ROLLED_BACK)))
        .endsWith("rejected bbbb: GoldenMismatch: golden inputs disagree on edge-7\n");
  }

  @Test
  void aStatusOfAnOlderSpecIsNotShownAsThisOne() {
    String stale = Fixtures.DONE.replace("observedGeneration: 2", "observedGeneration: 1");
    assertThat(StatusText.line(Fixtures.deployment(stale)))
        .isEqualTo("Pending: the operator has not seen generation 2 of the spec yet");
  }
}
