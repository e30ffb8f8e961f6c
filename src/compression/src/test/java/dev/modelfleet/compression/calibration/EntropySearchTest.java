package dev.modelfleet.compression.calibration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What entropy calibration clips, and what it leaves alone. */
class EntropySearchTest {

  private static float[] gaussian(int count) {
    Random random = new Random(1);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static Range search(float[] values, Range full, boolean symmetric) {
    Histogram histogram = new Histogram(full);
    histogram.add(values);
    return EntropySearch.leastDivergence(histogram, full, symmetric);
  }

  @Test
  void clipsOutliersAtEitherEnd() {
    float[] values = gaussian(200_000);
    values[0] = 12;
    assertThat(search(values, new Range(-5, 12), false).max()).isBetween(3f, 10f);
    assertThat(search(values, new Range(-5, 12), true).max()).isBetween(2.5f, 10f);
    values[0] = -12;
    assertThat(search(values, new Range(-12, 5), false).min()).isBetween(-10f, -3f);
  }

  @Test
  void looksAtOneEndOnlyAfterRelu() {
    float[] values = gaussian(200_000);
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(0, values[i]);
    }
    values[0] = 12;
    Range chosen = search(values, new Range(0, 12), false);
    assertThat(chosen.min()).isZero();
    assertThat(chosen.max()).isBetween(3f, 10f);
  }

  @Test
  void keepsWhatIsSpreadEvenly() {
    float[] values = new float[200_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i / (float) values.length;
    }
    assertThat(search(values, new Range(0, 1), false).max()).isGreaterThan(0.98f);
  }

  @Test
  void clipsNothingWhereThereAreFewValues() {
    Range full = new Range(-4, 40);
    assertThat(search(gaussian(1_000), full, false)).isEqualTo(full);
    assertThat(search(gaussian(1_000), full, true)).isEqualTo(full);
  }

  @Test
  void keepsRareValuesThatAreMostOfTheSignal() {
    float[] values = gaussian(200_000);
    for (int i = 0; i < 200; i++) {
      values[i] = 300 + i / 10f;
    }
    Range full = new Range(-5, 320);
    assertThat(search(values, full, false).max()).isGreaterThan(300);
    assertThat(search(values, full, true).max()).isGreaterThan(300);
  }

  @Test
  void survivesConstants() {
    Range full = new Range(0, 0);
    assertThat(search(new float[1_000_000], full, true)).isEqualTo(full);
    Range three = new Range(3, 3);
    float[] values = new float[1_000];
    Arrays.fill(values, 3);
    assertThat(search(values, three, false).max()).isEqualTo(3);
  }
}
