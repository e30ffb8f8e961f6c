package dev.modelfleet.compression.saturation;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Pairs of weights that can saturate, in layers of at most one for each output channel, so that a
 * layer is computed for all channels at once. A channel without a pair in a layer has two zeros
 * there.
 *
 * @param count number of layers
 * @param rows first row of each pair, layer by layer
 * @param first weights of these rows
 * @param second weights of the rows behind them
 */
record Slots(int count, int channels, int[] rows, float[] first, float[] second) {

  /** The pairs in groups of at most so many layers, which bounds what is computed at once. */
  static List<Slots> of(ProductWeights weights, int most) {
    int[][] pairs = new int[weights.channels()][];
    int deepest = 0;
    for (int channel = 0; channel < pairs.length; channel++) {
      pairs[channel] = saturating(weights, channel);
      deepest = Math.max(deepest, pairs[channel].length);
    }
    List<Slots> groups = new ArrayList<>();
    for (int from = 0; from < deepest; from += most) {
      groups.add(group(weights, pairs, from, Math.min(most, deepest - from)));
    }
    return groups;
  }

  private static int[] saturating(ProductWeights weights, int channel) {
    return IntStream.range(0, weights.pairs())
        .filter(pair -> weights.canSaturate(pair, channel))
        .toArray();
  }

  private static Slots group(ProductWeights weights, int[][] pairs, int from, int count) {
    int channels = pairs.length;
    Slots slots =
        new Slots(
            count,
            channels,
            new int[count * channels],
            new float[count * channels],
            new float[count * channels]);
    for (int slot = 0; slot < count; slot++) {
      for (int channel = 0; channel < channels; channel++) {
        if (from + slot < pairs[channel].length) {
          int row = 2 * pairs[channel][from + slot];
          int index = slot * channels + channel;
          slots.rows[index] = row;
          slots.first[index] = weights.weight(row, channel);
          slots.second[index] = weights.weight(row + 1, channel);
        }
      }
    }
    return slots;
  }
}
