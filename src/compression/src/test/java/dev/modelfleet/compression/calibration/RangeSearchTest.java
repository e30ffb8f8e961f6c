package dev.modelfleet.compression.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Ranges from histograms whose answer is known. */
class RangeSearchTest {

  private static float[] gaussian(int count, float outlier) {
    Random random = new Random(1);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    values[0] = outlier;
    return values;
  }

  private static Histogram histogram(float[] values, Range range) {
    Histogram histogram = new Histogram(range);
    histogram.add(values);
    return histogram;
  }

  @Test
  void percentileLeavesOutASingleOutlier() {
    Range full = new Range(-5, 50);
    Range chosen = RangeSearch.percentile(histogram(gaussian(1_000_000, 50), full), full);
    assertThat(chosen.max()).isBetween(3.5f, 5.5f);
    assertThat(chosen.min()).isBetween(-5f, -3.5f);
  }

  @Test
  void squaredErrorTradesRoundingAgainstClipping() {
    Range full = new Range(-20, 20);
    Histogram histogram = histogram(gaussian(1_000_000, 0), full);
    Range chosen = RangeSearch.leastSquaredError(histogram, full, true);
    assertThat(chosen.maxAbsolute()).as("about four deviations at 8 bits").isBetween(3.3f, 4.8f);
    assertThat(chosen.min()).isEqualTo(-chosen.max());
  }

  @Test
  void evenlySpreadValuesKeepTheirWholeRange() {
    float[] values = new float[100_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i / (float) values.length;
    }
    Range full = new Range(0, 1);
    Range chosen = RangeSearch.leastSquaredError(histogram(values, full), full, false);
    assertThat(chosen.max()).isCloseTo(1, within(0.03f));
    assertThat(RangeSearch.percentile(histogram(values, full), full).max())
        .isCloseTo(1, within(0.001f));
  }

  @Test
  void constantActivationsDoNotBreakTheHistogram() {
    Range full = new Range(3, 3);
    Histogram histogram = histogram(new float[] {3, 3, 3}, full);
    assertThat(histogram.total()).isEqualTo(3);
    assertThat(RangeSearch.percentile(histogram, full)).isEqualTo(full);
  }
}
