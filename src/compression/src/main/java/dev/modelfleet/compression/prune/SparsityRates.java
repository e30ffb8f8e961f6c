package dev.modelfleet.compression.prune;

import java.util.List;

/**
 * Shares of zeros for each layer so that the sum of what results lose is smallest: all layers give
 * up weights to the same loss for each of them.
 */
final class SparsityRates {

  private static final int ROUNDS = 200;

  /** Losses are measured at one rate: far above it they are not known. */
  private static final double MOST_OF_THE_REST = 0.6;

  /**
   * A layer.
   *
   * @param scores of its weights
   * @param loss of the result for each unit of score
   */
  record Candidate(WeightScores scores, double loss) {}

  private SparsityRates() {}

  /**
   * A share for each layer.
   *
   * @param share of all weights together
   */
  static double[] choose(List<Candidate> layers, double share) {
    double cap = share + (1 - share) * MOST_OF_THE_REST;
    long all = layers.stream().mapToLong(layer -> layer.scores().size()).sum();
    long wanted = Math.round(share * all);
    double low = Double.MIN_NORMAL;
    double high = Double.MAX_VALUE;
    for (int i = 0; i < ROUNDS; i++) {
      // The middle of the exponents: losses of layers differ by orders of magnitude.
      double middle = Math.sqrt(low) * Math.sqrt(high);
      if (zeros(layers, middle, cap) < wanted) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return shares(layers, low, high, wanted, cap);
  }

  /** Between two prices next to each other all layers give the same part of what lies between. */
  private static double[] shares(
      List<Candidate> layers, double low, double high, long wanted, double cap) {
    long less = zeros(layers, low, cap);
    long more = zeros(layers, high, cap);
    double part = more == less ? 0 : Math.clamp((double) (wanted - less) / (more - less), 0.0, 1.0);
    double[] shares = new double[layers.size()];
    for (int l = 0; l < shares.length; l++) {
      long from = zeros(layers.get(l), low, cap);
      long to = zeros(layers.get(l), high, cap);
      shares[l] = (from + part * (to - from)) / layers.get(l).scores().size();
    }
    return shares;
  }

  private static long zeros(List<Candidate> layers, double price, double cap) {
    return layers.stream().mapToLong(layer -> zeros(layer, price, cap)).sum();
  }

  private static long zeros(Candidate layer, double price, double cap) {
    long most = (long) (cap * layer.scores().size());
    return layer.loss() == 0 ? most : Math.min(most, layer.scores().below(price / layer.loss()));
  }
}
