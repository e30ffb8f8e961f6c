package dev.modelfleet.compression.quantize;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.graph.Uses;
import dev.modelfleet.compression.tensor.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Cross-layer equalization (Nagel et al., "Data-Free Quantization through Weight Equalization and
 * Bias Correction", 2019): channel c between two layers is divided by {@code s = √(r₁ / r₂)} in the
 * first layer's weights and bias and multiplied by it in the second's, r being the largest absolute
 * weight of the channel on either side. Relu and LeakyRelu between them let positive factors
 * through, so that the network computes what it did, and both layers' ranges are as even as they
 * can be.
 */
final class Equalization {

  private static final Set<String> HOMOGENEOUS = Set.of("Relu", "LeakyRelu");
  private static final double MAX_FACTOR = 1000;
  private static final int SWEEPS = 10;

  private final Graph graph;
  private final OperatorChoice choice;
  private final Uses uses;
  private final Map<String, float[]> changed = new HashMap<>();

  private Equalization(Graph graph, OperatorChoice choice) {
    this.graph = graph;
    this.choice = choice;
    this.uses = new Uses(graph);
  }

  private record Pair(Node first, Node second) {}

  /**
   * Changes weights and biases.
   *
   * @return number of pairs of layers
   */
  static int apply(Graph graph, OperatorChoice choice) {
    Equalization equalization = new Equalization(graph, choice);
    List<Pair> pairs = equalization.pairs();
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      pairs.forEach(equalization::equalize);
    }
    equalization.changed.forEach(
        (name, values) ->
            graph
                .constants()
                .compute(name, (key, tensor) -> Tensor.ofFloats(values, tensor.shape())));
    return pairs.size();
  }

  private List<Pair> pairs() {
    List<Pair> pairs = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (isLayer(node)) {
        second(node)
            .filter(next -> inputChannels(next) == outputChannels(node))
            .ifPresent(next -> pairs.add(new Pair(node, next)));
      }
    }
    return pairs;
  }

  private Optional<Node> second(Node first) {
    Optional<Node> next = uses.onlyConsumer(first.output(0));
    if (next.isPresent()
        && next.get().domain().isEmpty()
        && HOMOGENEOUS.contains(next.get().opType())
        && next.get().real("alpha", 0) >= 0) {
      next = uses.onlyConsumer(next.get().output(0));
    }
    String value = next.map(node -> node.input(0)).orElse("");
    return next.filter(node -> isLayer(node) && readsOnce(node, value));
  }

  private static boolean readsOnce(Node node, String value) {
    return node.inputs().indexOf(value) == 0 && node.inputs().lastIndexOf(value) == 0;
  }

  private boolean isLayer(Node node) {
    if (!choice.includes(node) || !(node.is("Conv") || isPlainGemm(node))) {
      return false;
    }
    Tensor bias = graph.constants().get(node.input(2));
    boolean ownBias =
        node.input(2).isEmpty()
            || (bias != null
                && bias.type() == ElementType.FLOAT
                && bias.rank() == 1
                && isOwn(node.input(2)));
    return WeightSites.ofAnySize(graph, node).isPresent()
        && isOwn(node.input(1))
        && ownBias
        && inputChannels(node) > 0;
  }

  private static boolean isPlainGemm(Node node) {
    return node.is("Gemm") && DynamicQuantizer.isPlainProduct(node);
  }

  private boolean isOwn(String constant) {
    return uses.consumers(constant).size() == 1 && !uses.isPinned(constant);
  }

  private int outputChannels(Node node) {
    return (int) graph.constants().get(node.input(1)).dimension(WeightSites.channelAxis(node));
  }

  /** Input channels whose weights lie along one axis; 0 for grouped ones that are not depthwise. */
  private int inputChannels(Node node) {
    Tensor weights = graph.constants().get(node.input(1));
    long groups = node.integer("group", 1);
    if (groups == 1) {
      return (int) weights.dimension(1 - WeightSites.channelAxis(node));
    }
    return groups == weights.dimension(0) && weights.dimension(1) == 1 ? (int) groups : 0;
  }

  private int inputAxis(Node node) {
    return node.integer("group", 1) == 1 ? 1 - WeightSites.channelAxis(node) : 0;
  }

  private void equalize(Pair pair) {
    float[] first = values(pair.first().input(1));
    float[] second = values(pair.second().input(1));
    Slices outputs = slices(pair.first(), WeightSites.channelAxis(pair.first()));
    Slices inputs = slices(pair.second(), inputAxis(pair.second()));
    float[] before = outputs.maxAbsolute(first);
    float[] after = inputs.maxAbsolute(second);
    float[] factors = new float[before.length];
    float[] inverse = new float[before.length];
    for (int c = 0; c < factors.length; c++) {
      boolean usable = before[c] > 0 && after[c] > 0;
      double factor = usable ? Math.sqrt((double) before[c] / after[c]) : 1;
      factors[c] = (float) Math.clamp(factor, 1 / MAX_FACTOR, MAX_FACTOR);
      inverse[c] = 1 / factors[c];
    }
    outputs.scale(first, inverse);
    inputs.scale(second, factors);
    if (!pair.first().input(2).isEmpty()) {
      new Slices(factors.length, 1).scale(values(pair.first().input(2)), inverse);
    }
  }

  private float[] values(String constant) {
    return changed.computeIfAbsent(constant, name -> graph.constants().get(name).floats());
  }

  private Slices slices(Node node, int axis) {
    long[] shape = graph.constants().get(node.input(1)).shape();
    int inner = 1;
    for (int i = 0; i < shape.length; i++) {
      inner *= i > axis ? (int) shape[i] : 1;
    }
    return new Slices((int) shape[axis], inner);
  }

  /** The axis of an array that counts channels, and the size of what lies behind it. */
  private record Slices(int channels, int inner) {

    float[] maxAbsolute(float[] values) {
      float[] max = new float[channels];
      for (int i = 0; i < values.length; i++) {
        int channel = i / inner % channels;
        max[channel] = Math.max(max[channel], Math.abs(values[i]));
      }
      return max;
    }

    void scale(float[] values, float[] factors) {
      for (int i = 0; i < values.length; i++) {
        values[i] *= factors[i / inner % channels];
      }
    }
  }
}
