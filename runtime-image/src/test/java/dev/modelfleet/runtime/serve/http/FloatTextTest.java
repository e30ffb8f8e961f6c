package dev.modelfleet.runtime.serve.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text that reads as the float that it was written of. */
class FloatTextTest {

  private static final int SAMPLES = 300_000;

  @ParameterizedTest
  @ValueSource(
      floats = {
        0f,
        -0f,
        1f,
        -1f,
        10f,
        0.1f,
        0.5f,
        0.001f,
        0.0625f,
        -0.3f,
        3.4f,
        100.25f,
        1234567f,
        9999999f,
        1e7f,
        1.5e7f,
        9.9e-4f,
        1e-10f,
        0.01f,
        0.099999994f,
        0.99999994f,
        1.0000001f,
        8388607.5f,
        16777216f,
        Float.MIN_VALUE,
        Float.MIN_NORMAL,
        Float.MAX_VALUE,
        3.1415927f
      })
  void isWrittenAsJavaDoes(float value) {
    assertThat(text(value)).isEqualTo(Float.toString(value));
  }

  @Test
  void floatsOfAllMagnitudesReadAsTheyWere() {
    Random random = new Random(7);
    for (int i = 0; i < SAMPLES; i++) {
      float value = Float.intBitsToFloat(random.nextInt());
      if (Float.isFinite(value)) {
        assertReads(value);
      }
    }
  }

  @Test
  void floatsWithoutAnExponentReadAsTheyWereAndAreShort() {
    Random random = new Random(8);
    long bytes = 0;
    long javas = 0;
    for (int i = 0; i < SAMPLES; i++) {
      float value = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(9) - 2));
      assertReads(value);
      bytes += text(value).length();
      javas += Float.toString(value).length();
    }
    assertThat((double) bytes / javas).isLessThan(1.01);
  }

  private static void assertReads(float value) {
    String text = text(value);
    assertThat(Float.parseFloat(text)).as(text).isEqualTo(value);
    assertThat((float) Double.parseDouble(text)).as(text).isEqualTo(value);
  }

  private static String text(float value) {
    byte[] target = new byte[FloatText.MOST_BYTES + 1];
    int end = FloatText.write(value, target, 1);
    return new String(target, 1, end - 1, StandardCharsets.US_ASCII);
  }
}
