package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.quantize.InverseFactor;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Makes weights zero, one input after another, the error of each made good by the weights after it
 * (SparseGPT, Frantar and Alistarh 2023). Which ones go is decided block by block, when earlier
 * blocks have left their errors to those that follow.
 *
 * @param factor of the inverse of the inputs' Gram matrix; null makes nothing good
 * @param costs of an error in each input's weight
 */
record WeightSurgery(InverseFactor factor, float[] costs) {

  private static final int BLOCK = 128;

  /** Zeroes a share of all weights of a layer, where they cost least. */
  void share(float[][] rows, double share) {
    float[][] scores = WeightScores.of(rows, costs);
    float limit = WeightScores.quantile(scores, share);
    IntStream.range(0, rows.length)
        .parallel()
        .forEach(
            o -> {
              for (int from = 0; from < costs.length; from += BLOCK) {
                int to = Math.min(costs.length, from + BLOCK);
                int zeros = 0;
                for (int i = from; i < to; i++) {
                  zeros += scores[o][i] < limit ? 1 : 0;
                }
                cut(rows[o], from, to, zeros);
              }
            });
  }

  /** Keeps {@code kept} weights of each group of consecutive inputs. */
  void groups(float[][] rows, int kept, int group) {
    IntStream.range(0, rows.length)
        .parallel()
        .forEach(
            o -> {
              for (int from = 0; from < costs.length; from += group) {
                cut(rows[o], from, from + group, group - kept);
              }
            });
  }

  /** Zeroes so many weights of a block, those that cost least now. */
  private void cut(float[] row, int from, int to, int zeros) {
    if (zeros == 0) {
      return;
    }
    float[] sorted = new float[to - from];
    for (int i = from; i < to; i++) {
      sorted[i - from] = row[i] * row[i] * costs[i];
    }
    float[] scores = sorted.clone();
    Arrays.sort(sorted);
    float limit = sorted[zeros - 1];
    int ties = zeros;
    for (float score : scores) {
      ties -= score < limit ? 1 : 0;
    }
    for (int i = from; i < to; i++) {
      float score = scores[i - from];
      if (score < limit || (score == limit && ties-- > 0)) {
        float error = row[i];
        if (factor != null) {
          factor.compensate(row, i, error);
        }
        row[i] = 0;
      }
    }
  }
}
