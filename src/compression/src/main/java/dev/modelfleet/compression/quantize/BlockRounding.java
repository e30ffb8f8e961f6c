package dev.modelfleet.compression.quantize;

import dev.modelfleet.artifact.WeightRounding;

/** Turns the weights of an output channel into codes. Safe for several threads. */
@FunctionalInterface
interface BlockRounding {

  /**
   * @param weights of one output channel; may be changed
   */
  BlockRow round(float[] weights, BlockFormat format);

  /** Each weight for itself: to the nearest code of its block's range. */
  static BlockRounding independent(WeightRounding rounding) {
    return (weights, format) -> {
      BlockRow row = BlockRow.empty(weights.length, format);
      for (int block = 0; block < row.scales().length; block++) {
        int from = block * format.size();
        int to = Math.min(weights.length, from + format.size());
        BlockRange range =
            rounding == WeightRounding.HQQ
                ? BlockRange.halfQuadratic(weights, from, to, format)
                : BlockRange.whole(weights, from, to, format);
        row.scales()[block] = range.scale();
        row.zeroPoints()[block] = (byte) range.zeroPoint();
        for (int i = from; i < to; i++) {
          row.codes()[i] = (byte) range.code(weights[i], format);
        }
      }
      return row;
    };
  }

  /**
   * One weight after another, the error of each made good by those that follow (GPTQ, Frantar et
   * al. 2022).
   *
   * @param factor of the inverse of the inputs' Gram matrix
   */
  static BlockRounding compensated(InverseFactor factor) {
    return (weights, format) -> {
      BlockRow row = BlockRow.empty(weights.length, format);
      BlockRange range = null;
      for (int i = 0; i < weights.length; i++) {
        if (i % format.size() == 0) {
          int block = i / format.size();
          int to = Math.min(weights.length, i + format.size());
          range = BlockRange.halfQuadratic(weights, i, to, format);
          row.scales()[block] = range.scale();
          row.zeroPoints()[block] = (byte) range.zeroPoint();
        }
        int code = range.code(weights[i], format);
        row.codes()[i] = (byte) code;
        factor.compensate(weights, i, weights[i] - range.value(code));
      }
      return row;
    };
  }
}
