package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.quantize.InverseFactor;
import java.util.Arrays;

/**
 * What a layer's result loses at least by each of its weights, as a histogram over orders of
 * magnitude, so that rates of layers can be weighed against each other without keeping a score for
 * each weight of a model.
 */
final class WeightScores {

  /** Bits of a float that are not told apart: scores within 1 in 128 of each other are one. */
  private static final int SHIFT = 16;

  private final long[] counts = new long[1 << (31 - SHIFT)];
  private final long size;

  private WeightScores(long size) {
    this.size = size;
  }

  /** Scores of each weight. */
  static float[][] of(float[][] rows, float[] costs) {
    float[][] scores = new float[rows.length][];
    for (int o = 0; o < rows.length; o++) {
      float[] score = new float[costs.length];
      for (int i = 0; i < costs.length; i++) {
        score[i] = rows[o][i] * rows[o][i] * costs[i];
      }
      scores[o] = score;
    }
    return scores;
  }

  /** Costs of errors where other weights make up for them (optimal brain surgeon). */
  static float[] costs(InverseFactor factor, int inputs) {
    float[] costs = new float[inputs];
    for (int i = 0; i < inputs; i++) {
      costs[i] = factor.cost(i);
    }
    return costs;
  }

  /** Costs without data: all alike, relative to what the layer's weights are together. */
  static float[] equalCosts(float[][] rows) {
    double sum = 0;
    for (float[] row : rows) {
      for (float weight : row) {
        sum += (double) weight * weight;
      }
    }
    float[] costs = new float[rows[0].length];
    Arrays.fill(costs, (float) (sum == 0 ? 1 : (double) rows.length * costs.length / sum));
    return costs;
  }

  static WeightScores histogram(float[][] scores) {
    WeightScores histogram = new WeightScores((long) scores.length * scores[0].length);
    for (float[] row : scores) {
      for (float score : row) {
        histogram.counts[Float.floatToIntBits(score) >>> SHIFT]++;
      }
    }
    return histogram;
  }

  long size() {
    return size;
  }

  /** Number of weights with a score below a limit, or just about. */
  long below(double limit) {
    float bounded = (float) Math.clamp(limit, 0.0, Float.MAX_VALUE);
    int end = Float.floatToIntBits(bounded) >>> SHIFT;
    long below = 0;
    for (int i = 0; i < end; i++) {
      below += counts[i];
    }
    return below;
  }

  /** The score below which a share of a layer's weights lies. */
  static float quantile(float[][] scores, double share) {
    float[] all = new float[scores.length * scores[0].length];
    int at = 0;
    for (float[] row : scores) {
      System.arraycopy(row, 0, all, at, row.length);
      at += row.length;
    }
    Arrays.parallelSort(all);
    int index = (int) Math.round(share * all.length);
    return index >= all.length ? Float.POSITIVE_INFINITY : all[index];
  }
}
