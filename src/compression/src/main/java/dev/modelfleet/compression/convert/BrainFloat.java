package dev.modelfleet.compression.convert;

import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** FP32 constants as BF16: the upper half of an FP32 number. */
public final class BrainFloat {

  private static final int CHUNK = 1 << 14;
  private static final int LOWER_HALF = 16;
  private static final int QUIET = 0x0040;
  private static final int INFINITY = 0x7F80;
  private static final int MAX = 0x7F7F;

  private static final ValueLayout.OfShort SHORTS =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private BrainFloat() {}

  /**
   * Rounds to the nearest BF16 value, of two that are as near to the even one; what would overflow
   * becomes the largest finite value; 0, infinity and NaN stay.
   */
  public static Tensor of(Tensor tensor) {
    MemorySegment target = Tensor.allocate(tensor.size() * 2);
    for (long at = 0; at < tensor.size(); at += CHUNK) {
      float[] values = new float[(int) Math.min(CHUNK, tensor.size() - at)];
      tensor.copyFloats(at, values);
      short[] upper = new short[values.length];
      for (int i = 0; i < values.length; i++) {
        upper[i] = round(values[i]);
      }
      MemorySegment.copy(upper, 0, target, SHORTS, at * 2, upper.length);
    }
    return Tensor.of(ElementType.BFLOAT16, tensor.shape(), target);
  }

  static short round(float value) {
    int bits = Float.floatToRawIntBits(value);
    int upper = bits >>> LOWER_HALF;
    if (Float.isNaN(value)) {
      // The digits that are left may all be zero, which would be infinity.
      return (short) (upper | QUIET);
    }
    int half = 0x7FFF + (upper & 1);
    int rounded = (bits + half) >>> LOWER_HALF;
    boolean overflows = (rounded & INFINITY) == INFINITY && Float.isFinite(value);
    return (short) (overflows ? rounded & 0x8000 | MAX : rounded);
  }
}
