package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Set;

/**
 * How the weights of a quantize step are stored. What is not given has its default.
 *
 * @param bits of an integer: 8 unless given; 4 with granularity PerBlock only. With scheme
 *     NonUniform of an index: 2 to 8, 4 unless given
 * @param blockSize weights of an output channel that share a scale, with granularity PerBlock only:
 *     16, 32, 64, 128 or 256; 32 unless given
 * @param symmetric whether the zero point is fixed, so that none is stored, with granularity
 *     PerBlock only; false unless given
 * @param rounding Nearest unless given; others with granularity PerBlock, GPTQ with scheme
 *     NonUniform, too
 * @param computation what products of weights in blocks are computed in: FP32 (the default) or INT8
 *     (activations are rounded to 8 bits in blocks at run time: faster, a little less accurate)
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WeightFormat(
    Integer bits,
    Integer blockSize,
    Boolean symmetric,
    WeightRounding rounding,
    Precision computation) {

  private static final Set<Integer> BLOCK_SIZES = Set.of(16, 32, 64, 128, 256);
  private static final int DEFAULT_BLOCK_SIZE = 32;

  public WeightFormat {
    if (bits != null && (bits < 2 || bits > 8)) {
      throw new IllegalArgumentException(
          "quantize.weights.bits is " + bits + ": give 4 or 8, with scheme NonUniform 2 to 8");
    }
    if (blockSize != null && !BLOCK_SIZES.contains(blockSize)) {
      throw new IllegalArgumentException(
          "quantize.weights.blockSize is " + blockSize + ": give 16, 32, 64, 128 or 256");
    }
    if (computation != null && computation != Precision.FP32 && computation != Precision.INT8) {
      throw new IllegalArgumentException(
          "quantize.weights.computation is " + computation + ": give FP32 or INT8");
    }
  }

  /** Nothing but defaults. */
  static final WeightFormat DEFAULT = new WeightFormat(null, null, null, null, null);

  /** All members that mean something for blocks, given or not. */
  WeightFormat forBlocks() {
    if (bits != null && bits != 4 && bits != 8) {
      throw new IllegalArgumentException(
          "quantize.weights.bits is " + bits + ": blocks of weights have 4 or 8");
    }
    return new WeightFormat(
        bits == null ? 8 : bits,
        blockSize == null ? DEFAULT_BLOCK_SIZE : blockSize,
        Boolean.TRUE.equals(symmetric),
        rounding == null ? WeightRounding.NEAREST : rounding,
        computation == null ? Precision.FP32 : computation);
  }

  /** All members that mean something for codebooks, given or not. */
  WeightFormat forCodebooks() {
    if (blockSize != null
        || symmetric != null
        || computation != null
        || rounding == WeightRounding.HQQ) {
      throw new IllegalArgumentException(
          "quantize.weights sets blockSize, symmetric, computation or rounding HQQ, which scheme"
              + " NonUniform has not: remove them, or set scheme: WeightOnly and granularity:"
              + " PerBlock");
    }
    return new WeightFormat(
        bits == null ? 4 : bits,
        null,
        null,
        rounding == null ? WeightRounding.NEAREST : rounding,
        null);
  }

  /** Refuses what only blocks have; what is left are defaults. */
  void requireNoBlocks() {
    boolean plainBits = bits == null || bits == 8;
    boolean plainRounding = rounding == null || rounding == WeightRounding.NEAREST;
    if (!plainBits
        || !plainRounding
        || blockSize != null
        || symmetric != null
        || computation != null) {
      throw new IllegalArgumentException(
          "quantize.weights sets 4 bits, blockSize, symmetric, rounding or computation, which"
              + " blocks of weights have only: set scheme: WeightOnly and granularity: PerBlock,"
              + " or remove them");
    }
  }

  /** Whether the rounding needs calibration data. */
  @JsonIgnore
  public boolean needsData() {
    return rounding == WeightRounding.GPTQ;
  }
}
