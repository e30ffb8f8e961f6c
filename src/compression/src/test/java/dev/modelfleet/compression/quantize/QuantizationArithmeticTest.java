package dev.modelfleet.compression.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.modelfleet.artifact.ActivationType;
import dev.modelfleet.compression.calibration.Range;
import dev.modelfleet.compression.graph.Tensor;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scales, zero points and rounding at their edges. */
class QuantizationArithmeticTest {

  @Test
  void weightsRoundHalfToEvenWithTheScaleOfTheirChannel() {
    Tensor weights = Tensor.ofFloats(new float[] {127, 0.5f, 1.5f, 254, -2, 3}, 3, 2);
    Int8Weights columns = Int8Weights.of(weights, 1);
    assertThat(columns.scales().floats()).containsExactly(1, 254 / 127f);
    assertThat(columns.values().data().toArray(ValueLayout.JAVA_BYTE))
        .containsExactly(127, 0, 2, 127, -2, 2);
    Int8Weights rows = Int8Weights.of(weights, 0);
    assertThat(rows.scales().floats()).containsExactly(1, 2, 3 / 127f);
    Int8Weights whole = Int8Weights.of(weights, Int8Weights.PER_TENSOR);
    assertThat(whole.scales().shape()).isEmpty();
    assertThat(whole.scales().floats()).containsExactly(2);
  }

  @Test
  void channelsOfZerosHaveScaleOne() {
    Int8Weights weights = Int8Weights.of(Tensor.ofFloats(new float[] {0, 1e-44f, 0, 0}, 2, 2), 0);
    assertThat(weights.scales().floats()).containsExactly(1, 1);
    assertThat(weights.values().data().toArray(ValueLayout.JAVA_BYTE)).containsOnly((byte) 0);
  }

  @ParameterizedTest
  @CsvSource({"-1, 3, 64", "0, 5, 0", "2, 5, 0", "-5, -2, 255", "0, 0, 0", "-1e-44, 1e-44, 0"})
  void unsignedActivationsRepresentZeroExactly(float min, float max, int zeroPoint) {
    ActivationParameters parameters =
        ActivationParameters.of(new Range(min, max), ActivationType.UINT8);
    assertThat(parameters.zeroPoint()).isEqualTo(zeroPoint);
    assertThat(parameters.scale()).isGreaterThanOrEqualTo(Float.MIN_NORMAL);
    double lowest = (0 - parameters.zeroPoint()) * (double) parameters.scale();
    double highest = (255 - parameters.zeroPoint()) * (double) parameters.scale();
    assertThat(lowest).isLessThanOrEqualTo(min + parameters.scale());
    assertThat(highest).isGreaterThanOrEqualTo(max - parameters.scale());
  }

  @Test
  void signedActivationsAreSymmetric() {
    ActivationParameters parameters =
        ActivationParameters.of(new Range(-1, 2.54f), ActivationType.INT8);
    assertThat(parameters.zeroPoint()).isZero();
    assertThat(parameters.scale()).isCloseTo(0.02f, within(1e-7f));
  }

  @Test
  void weightScalesGrowWhereABiasWouldOverflow() {
    Tensor weights = Tensor.ofFloats(new float[] {1e-9f, 1}, 2, 1);
    float inputScale = 1e-3f;
    float[] bias = {100, 100};
    float[] minScales = Int32Bias.minWeightScales(bias, inputScale, 0);
    assertThat(Int32Bias.raises(weights, 0, minScales)).isTrue();
    Int8Weights quantized = Int8Weights.of(weights, 0, minScales);
    assertThat(quantized.scales().floats()[1]).isEqualTo(1 / 127f);
    Int32Bias stored = Int32Bias.of(bias, quantized.scales().floats(), inputScale);
    for (int c = 0; c < 2; c++) {
      double restored = (double) stored.values().toLongs()[c] * stored.scales().floats()[c];
      assertThat(restored).isCloseTo(100, within(1e-3));
    }
  }
}
