package dev.modelfleet.compression.quantize;

import dev.modelfleet.artifact.ActivationType;
import dev.modelfleet.compression.calibration.Range;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.ElementType;

/**
 * How an activation is stored: {@code x ≈ (q − zeroPoint) · scale}.
 *
 * @param scale positive
 * @param zeroPoint the integer that stands for 0
 * @param type of the integers
 */
record ActivationParameters(float scale, int zeroPoint, ActivationType type) {

  /**
   * The finest scale that covers a range and represents 0 exactly, as padding and ReLU need.
   * Unsigned integers use their whole range through the zero point, signed ones are symmetric.
   */
  static ActivationParameters of(Range range, ActivationType type) {
    if (type == ActivationType.INT8) {
      return new ActivationParameters(Int8Weights.scale(range.maxAbsolute()), 0, type);
    }
    float min = Math.min(0, range.min());
    float max = Math.max(0, range.max());
    int levels = type == ActivationType.UINT16 ? 65535 : 255;
    float scale = (float) (((double) max - min) / levels);
    if (scale < Float.MIN_NORMAL) {
      return new ActivationParameters(1, 0, type);
    }
    int zeroPoint = (int) Math.clamp(Math.rint(-(double) min / scale), 0, levels);
    return new ActivationParameters(scale, zeroPoint, type);
  }

  Tensor scaleTensor() {
    return Tensor.ofFloats(new float[] {scale});
  }

  Tensor zeroPointTensor() {
    byte low = (byte) zeroPoint;
    return switch (type) {
      case INT8 -> Tensor.ofBytes(ElementType.INT8, new byte[] {low});
      case UINT8 -> Tensor.ofBytes(ElementType.UINT8, new byte[] {low});
      case UINT16 -> Tensor.ofBytes(ElementType.UINT16, new byte[] {low, (byte) (zeroPoint >> 8)});
    };
  }
}
