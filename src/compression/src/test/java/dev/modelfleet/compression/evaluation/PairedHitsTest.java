package dev.modelfleet.compression.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Intervals of the relative loss of accuracy. */
class PairedHitsTest {

  private static final double Z = NormalDistribution.quantile(0.975);

  @Test
  void quantilesOfTheNormalDistribution() {
    assertThat(Z).isCloseTo(1.959963984540054, within(1e-12));
    assertThat(NormalDistribution.quantile(0.5)).isCloseTo(0, within(1e-15));
    assertThat(NormalDistribution.probability(-3)).isCloseTo(0.0013498980316301, within(1e-14));
  }

  @ParameterizedTest
  @CsvSource({"100", "381", "1000"})
  void whereNothingDiffersTheWidthIsLeft(int right) {
    double[] interval = new PairedHits(right, 0, 0).interval(Z);

    assertThat(interval[1]).isCloseTo(Z * Z / (right + Z * Z), within(1e-9));
    assertThat(interval[0]).isNegative();
  }

  /** McNemar: |lost − gained| / √(lost + gained) against the same quantile. */
  @ParameterizedTest
  @CsvSource({
    "900, 20, 8",
    "900, 20, 9",
    "900, 12, 3",
    "900, 12, 4",
    "300, 4, 0",
    "300, 3, 0",
    "50, 2, 11"
  })
  void zeroIsLeftOutExactlyWhereMcNemarRejectsEquality(int both, int lost, int gained) {
    double[] interval = new PairedHits(both, lost, gained).interval(Z);
    double mcNemar = Math.abs(lost - gained) / Math.sqrt(lost + gained);

    assertThat(interval[0] > 0 || interval[1] < 0).isEqualTo(mcNemar > Z);
    assertThat(new PairedHits(both, lost, gained).drop()).isBetween(interval[0], interval[1]);
  }

  @ParameterizedTest
  @CsvSource({"200, 0.90, 0.03, 0.01", "500, 0.70, 0.02, 0.02", "1000, 0.95, 0.004, 0.001"})
  void itHoldsTheTruthAsOftenAsItSays(int samples, double both, double lost, double gained) {
    SplittableRandom random = new SplittableRandom(5);
    double truth = (lost - gained) / (both + lost);
    int covered = 0;
    int repetitions = 1000;
    for (int r = 0; r < repetitions; r++) {
      int[] counts = new int[4];
      for (int i = 0; i < samples; i++) {
        double x = random.nextDouble();
        counts[x < both ? 0 : x < both + lost ? 1 : x < both + lost + gained ? 2 : 3]++;
      }
      double[] interval = new PairedHits(counts[0], counts[1], counts[2]).interval(Z);
      covered += interval[0] <= truth && truth <= interval[1] ? 1 : 0;
    }
    assertThat(covered / (double) repetitions).isBetween(0.93, 0.985);
  }

  @ParameterizedTest
  @CsvSource({"10, 0.88", "20, 0.89", "60, 0.91"})
  void bootstrapIntervalsHoldTheTruthAboutAsOftenAsTheySay(int samples, double atLeast) {
    SplittableRandom random = new SplittableRandom(6);
    int covered = 0;
    int repetitions = 200;
    for (int r = 0; r < repetitions; r++) {
      PairedMeans losses = new PairedMeans();
      for (int i = 0; i < samples; i++) {
        losses.add(-Math.log(1 - random.nextDouble()), 1);
      }
      double[] interval = losses.interval(0.95, r);
      covered += interval[0] <= 1 && 1 <= interval[1] ? 1 : 0;
    }
    assertThat(covered / (double) repetitions).isBetween(atLeast, 0.985);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0.95, 12.7062",
    "2, 0.95, 4.3027",
    "3, 0.9, 2.3534",
    "9, 0.95, 2.2622",
    "60, 0.99, 2.6603"
  })
  void quantilesOfStudentsDistribution(int degrees, double probability, double expected) {
    assertThat(StudentDistribution.quantile(probability, degrees))
        .isCloseTo(expected, within(5e-5));
  }

  @Test
  void equalLossesHaveNoWidth() {
    PairedMeans losses = new PairedMeans();
    for (int i = 0; i < 100; i++) {
      losses.add(0.25, 1);
    }
    assertThat(losses.interval(0.95, 1)).containsExactly(0.25, 0.25);
  }
}
