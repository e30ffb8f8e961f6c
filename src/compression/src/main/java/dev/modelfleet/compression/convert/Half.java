package dev.modelfleet.compression.convert;

import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** FP32 constants as FP16. */
public final class Half {

  /** Largest finite FP16 value. */
  static final float MAX = 65504f;

  /** Smallest positive FP16 value (subnormal), 2^−24. */
  static final float MIN = 0x1p-24f;

  private static final int CHUNK = 1 << 14;

  private static final ValueLayout.OfShort SHORTS =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Half() {}

  /**
   * Rounds to the nearest FP16 value; what would overflow becomes the largest, what would vanish
   * the smallest; 0, infinity and NaN stay.
   */
  public static Tensor of(Tensor tensor) {
    MemorySegment target = Tensor.allocate(tensor.size() * 2);
    for (long at = 0; at < tensor.size(); at += CHUNK) {
      float[] values = new float[(int) Math.min(CHUNK, tensor.size() - at)];
      tensor.copyFloats(at, values);
      short[] halves = new short[values.length];
      for (int i = 0; i < values.length; i++) {
        halves[i] = Float.floatToFloat16(clamp(values[i]));
      }
      MemorySegment.copy(halves, 0, target, SHORTS, at * 2, halves.length);
    }
    return Tensor.of(ElementType.FLOAT16, tensor.shape(), target);
  }

  private static float clamp(float value) {
    float size = Math.abs(value);
    if (size > MAX && !Float.isInfinite(size)) {
      return Math.copySign(MAX, value);
    }
    return size < MIN && size > 0 ? Math.copySign(MIN, value) : value;
  }

  /** Whether more than a single value is beyond the largest FP16 value. */
  static boolean overflows(Tensor tensor) {
    if (tensor.size() <= 1) {
      return false;
    }
    for (long at = 0; at < tensor.size(); at += CHUNK) {
      float[] values = new float[(int) Math.min(CHUNK, tensor.size() - at)];
      tensor.copyFloats(at, values);
      for (float value : values) {
        if (Math.abs(value) > MAX && Float.isFinite(value)) {
          return true;
        }
      }
    }
    return false;
  }
}
