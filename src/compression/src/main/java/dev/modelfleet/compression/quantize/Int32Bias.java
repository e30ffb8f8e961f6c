package dev.modelfleet.compression.quantize;

import dev.modelfleet.compression.graph.Tensor;

/**
 * A bias as 32-bit integers in units of the products it is added to: input scale times weight scale
 * of the channel, zero point 0.
 *
 * @param values INT32, one for each channel
 * @param scales FLOAT, one for each channel or a scalar
 */
record Int32Bias(Tensor values, Tensor scales) {

  private static final double MAX = Integer.MAX_VALUE;

  /**
   * Weight scales below which a bias would not fit 32 bits. Channels with next to no weights and a
   * large bias need them; saturating the bias instead would shift the channel.
   */
  static float[] minWeightScales(float[] bias, float inputScale, int axis) {
    float[] scales = new float[axis == Int8Weights.PER_TENSOR ? 1 : bias.length];
    for (int c = 0; c < bias.length; c++) {
      // A little more, so that rounding of the scales can't bring it over again.
      float needed = (float) (Math.abs(bias[c]) / (inputScale * MAX) * 1.0001);
      int index = scales.length == 1 ? 0 : c;
      scales[index] = Math.max(scales[index], needed);
    }
    return scales;
  }

  /** Whether any of the scales is larger than what the weights alone would have. */
  static boolean raises(Tensor weights, int axis, float[] minScales) {
    float[] own = Int8Weights.scales(weights, axis);
    for (int i = 0; i < own.length; i++) {
      if (minScales[i] > own[i]) {
        return true;
      }
    }
    return false;
  }

  static Int32Bias of(float[] bias, float[] weightScales, float inputScale) {
    int[] values = new int[bias.length];
    float[] scales = new float[weightScales.length];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = inputScale * weightScales[i];
    }
    for (int c = 0; c < bias.length; c++) {
      float scale = scales[scales.length == 1 ? 0 : c];
      values[c] = scale == 0 ? 0 : (int) Math.clamp(Math.rint(bias[c] / (double) scale), -MAX, MAX);
    }
    long[] shape = weightScales.length == 1 && bias.length != 1 ? new long[0] : null;
    return new Int32Bias(
        Tensor.ofInts(values, values.length),
        shape == null ? Tensor.ofFloats(scales, scales.length) : Tensor.ofFloats(scales, shape));
  }
}
