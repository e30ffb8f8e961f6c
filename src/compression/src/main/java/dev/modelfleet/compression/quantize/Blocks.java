package dev.modelfleet.compression.quantize;

import dev.modelfleet.compression.graph.Tensor;

/**
 * How weights are walked through in memory order, a piece at a time, so that a large tensor is
 * never copied as a whole.
 *
 * @param channels number of scales
 * @param length elements of a piece
 * @param count number of pieces
 * @param interleaved whether the elements of a piece belong to channels 0, 1, 2… (the axis is the
 *     last) or the whole piece belongs to channel (index of the piece modulo channels)
 */
record Blocks(int channels, int length, long count, boolean interleaved) {

  private static final int MAX_LENGTH = 1 << 16;

  static Blocks of(Tensor weights, int axis) {
    long size = weights.size();
    if (axis == Int8Weights.PER_TENSOR) {
      int length = largestDivisor(size);
      return new Blocks(1, length, length == 0 ? 0 : size / length, false);
    }
    int channels = (int) weights.dimension(axis);
    long inner = 1;
    for (int i = axis + 1; i < weights.rank(); i++) {
      inner *= weights.dimension(i);
    }
    if (size == 0) {
      return new Blocks(channels, 0, 0, false);
    }
    return inner == 1
        ? new Blocks(channels, channels, size / channels, true)
        : new Blocks(channels, Math.toIntExact(inner), size / inner, false);
  }

  /** A piece of a tensor with one scale must not cross its end. */
  private static int largestDivisor(long size) {
    for (int length = (int) Math.min(size, MAX_LENGTH); length > 0; length--) {
      if (size % length == 0) {
        return length;
      }
    }
    return 0;
  }
}
