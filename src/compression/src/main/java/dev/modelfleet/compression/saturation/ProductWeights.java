package dev.modelfleet.compression.saturation;

import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Signed 8-bit weights as ONNX Runtime's kernels for x86 multiply with them: a matrix whose rows
 * are read in pairs. The rows of a convolution are its kernel's positions in row-major order, and
 * of each the group's input channels.
 */
final class ProductWeights {

  /** Largest sum of two weights of equal sign whose products with 255 fit 16 bits: 128 · 255. */
  private static final int MAX_PAIR = 128;

  private final MemorySegment values;
  private final int depth;
  private final int channels;
  private final int inputChannels;
  private final int positions;
  private final boolean transposed;

  private ProductWeights(
      Tensor weights,
      int depth,
      int channels,
      int inputChannels,
      int positions,
      boolean transposed) {
    this.values = weights.data();
    this.depth = depth;
    this.channels = channels;
    this.inputChannels = inputChannels;
    this.positions = positions;
    this.transposed = transposed;
  }

  /**
   * The weights of a product.
   *
   * @param node Conv, MatMul, Gemm or MatMulInteger
   * @param weights INT8
   */
  static ProductWeights of(Node node, Tensor weights) {
    int first = Math.toIntExact(weights.dimension(0));
    int second = Math.toIntExact(weights.dimension(1));
    if (node.is("Conv")) {
      int positions = Math.toIntExact(weights.size() / Math.max(1, (long) first * second));
      return new ProductWeights(weights, second * positions, first, second, positions, true);
    }
    return node.is("Gemm") && node.integer("transB", 0) == 1
        ? new ProductWeights(weights, second, first, second, 1, true)
        : new ProductWeights(weights, first, second, first, 1, false);
  }

  /** Products that are added up for one output. */
  int depth() {
    return depth;
  }

  /** Outputs. */
  int channels() {
    return channels;
  }

  /** Input channels of a group; the depth of what is no convolution. */
  int inputChannels() {
    return inputChannels;
  }

  /** Rows that are added in pairs, the last one alone where the depth is odd. */
  int pairs() {
    return (depth + 1) / 2;
  }

  /** A weight; 0 behind the last one. */
  int weight(int row, int channel) {
    if (row >= depth) {
      return 0;
    }
    long index;
    if (transposed) {
      int column = row % inputChannels * positions + row / inputChannels;
      index = (long) channel * depth + column;
    } else {
      index = (long) row * channels + channel;
    }
    return values.get(ValueLayout.JAVA_BYTE, index);
  }

  /** Whether some activations from 0 to 255 bring the sum of a pair's products over 16 bits. */
  boolean canSaturate(int pair, int channel) {
    int a = weight(2 * pair, channel);
    int b = weight(2 * pair + 1, channel);
    return Math.max(a, 0) + Math.max(b, 0) > MAX_PAIR
        || Math.min(a, 0) + Math.min(b, 0) < -MAX_PAIR;
  }

  /** Whether any pair can saturate. */
  boolean canSaturate() {
    for (int channel = 0; channel < channels; channel++) {
      for (int pair = 0; pair < pairs(); pair++) {
        if (canSaturate(pair, channel)) {
          return true;
        }
      }
    }
    return false;
  }
}
