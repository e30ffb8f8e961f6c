package dev.modelfleet.compression.prune;

import dev.modelfleet.artifact.Importance;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.graph.Tensor;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * How much each group of channels matters, comparable over the whole graph.
 *
 * <p>By norm: the norm of all weights that make or read the group's channels relative to the mean
 * of its family. By activation, after Wanda (Sun et al. 2024): the share of the variance of each
 * product that reads the group's channels which comes from them, {@code Σ w² var(x)} over the same
 * of all channels. A channel that is always the same counts for nothing, as a bias can stand for
 * it.
 */
final class ChannelScores {

  private final ChannelGraph channels;
  private final Map<Integer, Double> scores = new HashMap<>();

  private ChannelScores(ChannelGraph channels) {
    this.channels = channels;
  }

  /**
   * @param data typical inputs; read for importance by activation only
   * @return the score of each group by its root
   */
  static Map<Integer, Double> of(
      Importance importance,
      OnnxModel model,
      ChannelGraph channels,
      List<ChannelGroup> groups,
      Dataset data) {
    ChannelScores scores = new ChannelScores(channels);
    if (importance == Importance.ACTIVATION) {
      scores.byActivation(model, data);
    } else {
      scores.byNorm(importance == Importance.L1, groups);
    }
    groups.forEach(group -> scores.scores.putIfAbsent(group.root(), 0.0));
    return scores.scores;
  }

  /**
   * Makes scores what a group is worth for what removing it alone would save: of two that matter as
   * much, the larger one goes first.
   */
  static void dividePerSaving(
      Map<Integer, Double> scores, List<ChannelGroup> groups, ToLongFunction<BitSet> cost) {
    Map<Integer, Long> savings = new HashMap<>();
    long all = cost.applyAsLong(new BitSet());
    for (ChannelGroup group : groups) {
      long saving =
          savings.computeIfAbsent(
              group.family(),
              family -> {
                BitSet alone = new BitSet();
                alone.set(group.root());
                return all - cost.applyAsLong(alone);
              });
      scores.computeIfPresent(group.root(), (root, score) -> score / Math.max(1, saving));
    }
  }

  private void byActivation(OnnxModel model, Dataset data) {
    List<Layer> readers =
        Layer.of(channels.graph()).stream()
            .filter(layer -> !isDepthwise(layer) && !inputIsFrozen(layer))
            .toList();
    Map<String, Integer> axes = new LinkedHashMap<>();
    readers.forEach(layer -> axes.put(layer.input(), channelAxis(layer)));
    Map<String, ChannelMoments> moments = ChannelMoments.run(model, axes, data);
    for (Layer layer : readers) {
      ChannelMoments own = moments.get(layer.input());
      double[] energy = inputEnergies(layer, own.channels(), false);
      double total = 0;
      for (int i = 0; i < energy.length; i++) {
        energy[i] *= own.variance(i);
        total += energy[i];
      }
      int[] roots = channels.roots(layer.input())[channelAxis(layer)];
      for (int i = 0; i < energy.length && total > 0; i++) {
        scores.merge(roots[i], energy[i] / total, Double::sum);
      }
    }
  }

  private void byNorm(boolean absolute, List<ChannelGroup> groups) {
    for (Layer layer : Layer.of(channels.graph())) {
      int[] in = channels.roots(layer.input())[channelAxis(layer)];
      double[] read = inputEnergies(layer, in.length, absolute);
      for (int i = 0; i < in.length && !isDepthwise(layer); i++) {
        scores.merge(in[i], read[i], Double::sum);
      }
      int[] out = channels.roots(layer.weights())[layer.outAxis()];
      double[] made = outputEnergies(layer, absolute);
      for (int i = 0; i < out.length; i++) {
        scores.merge(out[i], made[i], Double::sum);
      }
    }
    Map<Integer, double[]> families = new HashMap<>();
    for (ChannelGroup group : groups) {
      double score = scores.getOrDefault(group.root(), 0.0);
      score = absolute ? score : Math.sqrt(score);
      scores.put(group.root(), score);
      double[] family = families.computeIfAbsent(group.family(), f -> new double[2]);
      family[0] += score;
      family[1]++;
    }
    for (ChannelGroup group : groups) {
      double[] family = families.get(group.family());
      scores.computeIfPresent(
          group.root(), (root, score) -> family[0] == 0 ? 0 : score * family[1] / family[0]);
    }
  }

  /** For each input channel the sum of its weights' squares or absolute values. */
  private double[] inputEnergies(Layer layer, int inputs, boolean absolute) {
    Tensor weights = channels.graph().constants().get(layer.weights());
    int perGroup = (int) weights.dimension(layer.inAxis());
    int outPerGroup = (int) weights.dimension(layer.outAxis()) / layer.groups();
    double[] energy = new double[inputs];
    forEach(
        layer,
        weights,
        (out, in, weight) -> energy[out / outPerGroup * perGroup + in] += norm(weight, absolute));
    return energy;
  }

  private double[] outputEnergies(Layer layer, boolean absolute) {
    Tensor weights = channels.graph().constants().get(layer.weights());
    double[] energy = new double[(int) weights.dimension(layer.outAxis())];
    forEach(layer, weights, (out, in, weight) -> energy[out] += norm(weight, absolute));
    return energy;
  }

  private static double norm(float weight, boolean absolute) {
    return absolute ? Math.abs(weight) : (double) weight * weight;
  }

  private interface WeightVisitor {
    void visit(int out, int in, float weight);
  }

  private static void forEach(Layer layer, Tensor weights, WeightVisitor visitor) {
    float[] values = weights.floats();
    int second = (int) weights.dimension(1);
    int inner = (int) (weights.size() / Math.max(1, weights.dimension(0) * second));
    for (int i = 0; i < values.length; i++) {
      int a = i / (second * inner);
      int b = i / inner % second;
      visitor.visit(layer.outAxis() == 0 ? a : b, layer.outAxis() == 0 ? b : a, values[i]);
    }
  }

  /** Its channels go with those that it makes: what reads those tells what they are worth. */
  private boolean isDepthwise(Layer layer) {
    return layer.groups() > 1 && channels.shape(layer.weights())[1] == 1;
  }

  private boolean inputIsFrozen(Layer layer) {
    for (int root : channels.roots(layer.input())[channelAxis(layer)]) {
      if (root != Atoms.FROZEN) {
        return false;
      }
    }
    return true;
  }

  private int channelAxis(Layer layer) {
    return layer.channelAxis(channels.shape(layer.input()).length);
  }
}
