package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.graph.Node;
import java.util.List;

/**
 * Reads what a layer multiplies with its weights at one position of its result: a patch of the
 * input for a convolution over two axes, a row for a matrix product.
 *
 * @param kernel height and width
 */
record Patches(
    boolean convolution, int channels, int height, int width, int[] kernel, int[] geometry) {

  /**
   * @param shape of the input
   * @param weights shape of the weights
   */
  static Patches of(Layer layer, long[] shape, long[] weights) {
    if (!layer.isConvolution()) {
      return new Patches(false, (int) shape[shape.length - 1], 1, 1, new int[] {1, 1}, null);
    }
    Node node = layer.node();
    List<Long> strides = orOnes(node.integers("strides"));
    List<Long> dilations = orOnes(node.integers("dilations"));
    List<Long> pads = node.integers("pads").isEmpty() ? List.of(0L, 0L) : node.integers("pads");
    return new Patches(
        true,
        (int) shape[1],
        (int) shape[2],
        (int) shape[3],
        new int[] {(int) weights[2], (int) weights[3]},
        new int[] {
          strides.get(0).intValue(),
          strides.get(1).intValue(),
          dilations.get(0).intValue(),
          dilations.get(1).intValue(),
          pads.get(0).intValue(),
          pads.get(1).intValue()
        });
  }

  private static List<Long> orOnes(List<Long> values) {
    return values.isEmpty() ? List.of(1L, 1L) : values;
  }

  /** Weights of one input channel. */
  int area() {
    return kernel[0] * kernel[1];
  }

  /**
   * Copies a patch, channel by channel as weights are stored.
   *
   * @param item index in the batch, of a matrix product the row
   * @param firstChannel the first of {@code count} channels
   */
  void read(float[] input, int item, int y, int x, int firstChannel, int count, double[] target) {
    if (!convolution) {
      for (int i = 0; i < count; i++) {
        target[i] = input[item * channels + firstChannel + i];
      }
      return;
    }
    int at = 0;
    for (int c = 0; c < count; c++) {
      int plane = (item * channels + firstChannel + c) * height * width;
      for (int ky = 0; ky < kernel[0]; ky++) {
        int row = y * geometry[0] - geometry[4] + ky * geometry[2];
        for (int kx = 0; kx < kernel[1]; kx++) {
          int column = x * geometry[1] - geometry[5] + kx * geometry[3];
          boolean inside = row >= 0 && row < height && column >= 0 && column < width;
          target[at++] = inside ? input[plane + row * width + column] : 0;
        }
      }
    }
  }
}
