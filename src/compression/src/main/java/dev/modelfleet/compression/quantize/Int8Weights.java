package dev.modelfleet.compression.quantize;

import dev.modelfleet.artifact.WeightRange;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Weights as symmetric signed 8-bit integers, zero point 0: {@code w ≈ q · s} with {@code s =
 * max|w| / 127} and {@code q = round(w / s)}, rounded half to even as QuantizeLinear does, in
 * [−127, 127]; or, by {@link WeightRange}, within 64, or unsigned with the zero point 128.
 *
 * @param values INT8 or UINT8, shape of the weights
 * @param scales FLOAT: one for each index of the axis, or a scalar
 * @param axis which axis has its own scales; −1 for one scale
 */
record Int8Weights(Tensor values, Tensor scales, int axis) {

  static final float MAX = 127;

  private static final float REDUCED_MAX = 64;

  /** Axis of {@link #of} that stands for a single scale. */
  static final int PER_TENSOR = -1;

  /**
   * Quantizes.
   *
   * @param weights FLOAT
   * @param axis from 0, or {@link #PER_TENSOR}
   */
  static Int8Weights of(Tensor weights, int axis) {
    return of(weights, axis, new float[0]);
  }

  /**
   * Quantizes with scales that are at least the given ones.
   *
   * @param minScales one for each scale, or empty
   */
  static Int8Weights of(Tensor weights, int axis, float[] minScales) {
    return of(weights, axis, minScales, MAX);
  }

  /** Quantizes to [−64, 64], with scales that are at least the given ones. */
  static Int8Weights reduced(Tensor weights, int axis, float[] minScales) {
    return of(weights, axis, minScales, REDUCED_MAX);
  }

  private static Int8Weights of(Tensor weights, int axis, float[] minScales, float max) {
    Blocks blocks = Blocks.of(weights, axis);
    float[] scales = maxAbsolute(weights, blocks);
    for (int i = 0; i < scales.length; i++) {
      scales[i] = scale(scales[i], max);
      if (minScales.length > 0) {
        scales[i] = Math.max(scales[i], minScales[i]);
      }
    }
    Tensor values = Tensor.of(ElementType.INT8, weights.shape(), quantize(weights, blocks, scales));
    weights.release();
    Tensor scaleTensor =
        axis == PER_TENSOR ? Tensor.ofFloats(scales) : Tensor.ofFloats(scales, scales.length);
    return new Int8Weights(values, scaleTensor, axis);
  }

  /** The same weights as unsigned integers, zero point 128. */
  Int8Weights unsigned() {
    MemorySegment source = values.data();
    MemorySegment target = Tensor.allocate(source.byteSize());
    for (long i = 0; i < source.byteSize(); i++) {
      // Adding 128 is turning the sign bit.
      byte value = source.get(ValueLayout.JAVA_BYTE, i);
      target.set(ValueLayout.JAVA_BYTE, i, (byte) (value ^ 0x80));
    }
    return new Int8Weights(Tensor.of(ElementType.UINT8, values.shape(), target), scales, axis);
  }

  /** The zero point of all channels. */
  byte zeroPoint() {
    return values.type() == ElementType.UINT8 ? (byte) 128 : 0;
  }

  /** The scales that weights have by themselves. */
  static float[] scales(Tensor weights, int axis) {
    float[] scales = maxAbsolute(weights, Blocks.of(weights, axis));
    for (int i = 0; i < scales.length; i++) {
      scales[i] = scale(scales[i]);
    }
    return scales;
  }

  /** A range of zeros, or one so small that its scale would be subnormal, quantizes to zeros. */
  static float scale(float maxAbsolute) {
    return scale(maxAbsolute, MAX);
  }

  private static float scale(float maxAbsolute, float max) {
    float scale = maxAbsolute / max;
    return scale < Float.MIN_NORMAL ? 1 : scale;
  }

  private static float[] maxAbsolute(Tensor weights, Blocks blocks) {
    float[] max = new float[blocks.channels()];
    float[] block = new float[blocks.length()];
    for (long b = 0; b < blocks.count(); b++) {
      weights.copyFloats(b * block.length, block);
      if (blocks.interleaved()) {
        for (int i = 0; i < block.length; i++) {
          max[i] = Math.max(max[i], Math.abs(block[i]));
        }
      } else {
        float largest = 0;
        for (float value : block) {
          largest = Math.max(largest, Math.abs(value));
        }
        int channel = (int) (b % max.length);
        max[channel] = Math.max(max[channel], largest);
      }
    }
    return max;
  }

  private static MemorySegment quantize(Tensor weights, Blocks blocks, float[] scales) {
    MemorySegment target = Tensor.allocate(weights.size());
    float[] block = new float[blocks.length()];
    byte[] bytes = new byte[block.length];
    for (long b = 0; b < blocks.count(); b++) {
      weights.copyFloats(b * block.length, block);
      if (blocks.interleaved()) {
        for (int i = 0; i < block.length; i++) {
          bytes[i] = quantize(block[i], scales[i]);
        }
      } else {
        float scale = scales[(int) (b % scales.length)];
        for (int i = 0; i < block.length; i++) {
          bytes[i] = quantize(block[i], scale);
        }
      }
      MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, b * bytes.length, bytes.length);
    }
    return target;
  }

  private static byte quantize(float value, float scale) {
    return (byte) Math.clamp(Math.rint((double) value / scale), -MAX, MAX);
  }
}
