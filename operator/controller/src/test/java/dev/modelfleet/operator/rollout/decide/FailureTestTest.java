package dev.modelfleet.operator.rollout.decide;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureTestTest {

  @ParameterizedTest(name = "{0} failed, {1} passed of {3}, {2} may: stops {4}")
  @CsvSource({
    "0, 0, 0, 10, false",
    "1, 0, 0, 10, true",
    "1, 8, 1, 10, false",
    "2, 8, 1, 10, true",
    // A revision that fails everywhere is found long before 100 units have failed.
    "4, 0, 100, 1000, true",
    "3, 0, 100, 1000, false",
    // The same failures among many that pass are within what is tolerated.
    "4, 200, 100, 1000, false",
    "5, 0, 10, 10, false"
  })
  void decides(int failed, int passed, int allowed, int units, boolean stops) {
    assertThat(FailureTest.stops(failed, passed, allowed, units)).isEqualTo(stops);
  }

  @Test
  void aHarmlessRateIsStoppedInOneOfAHundredAtMost() {
    assertThat(stopped(0.025)).isLessThanOrEqualTo(0.012);
  }

  @Test
  void theToleratedRateIsFoundAlmostAlways() {
    assertThat(stopped(0.1)).isGreaterThanOrEqualTo(0.95);
  }

  /** Share of waves of 2000 units, of which a tenth may fail, that are stopped at a rate. */
  private static double stopped(double rate) {
    Random random = new Random(3);
    int waves = 5000;
    int stopped = 0;
    for (int wave = 0; wave < waves; wave++) {
      int failed = 0;
      for (int unit = 1; unit <= 2000; unit++) {
        failed += random.nextDouble() < rate ? 1 : 0;
        if (FailureTest.stops(failed, unit - failed, 200, 2000)) {
          stopped++;
          break;
        }
      }
    }
    return (double) stopped / waves;
  }
}
