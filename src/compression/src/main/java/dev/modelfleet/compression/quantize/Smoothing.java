package dev.modelfleet.compression.quantize;

import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.calibration.ChannelMaxima;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.NameSource;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Moves the outliers of activations into weights before both are quantized (after SmoothQuant, Xiao
 * et al. 2023): a few channels that are much larger than the others take the precision of all where
 * one scale serves a whole activation. Channel j is divided by {@code s_j = √(max|x_j| / median of
 * all channels' maxima)} and the weights that read it are multiplied by it, which changes nothing
 * but rounding. The division is one Mul for each activation, however many products read it.
 *
 * <p>The original method also divides by the weights' maxima. On all-MiniLM-L6-v2 that lowers the
 * mean cosine of static quantization from 0.9936 to 0.9911, this form raises it to 0.998.
 */
final class Smoothing {

  private static final ValueLayout.OfFloat FLOATS =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final double MAX_FACTOR = 1000;

  private Smoothing() {}

  /**
   * Rewrites a model's products with constant weights.
   *
   * @return number of activations that were smoothed
   */
  static int apply(OnnxModel model, OperatorChoice choice, Dataset data) {
    Graph graph = model.graph();
    Map<String, List<Node>> readers = readers(graph, choice);
    Map<String, Integer> channels = new LinkedHashMap<>();
    readers.forEach(
        (value, nodes) ->
            channels.put(
                value, (int) graph.constants().get(nodes.getFirst().input(1)).dimension(0)));
    if (channels.isEmpty()) {
      return 0;
    }
    Map<String, float[]> maxima = ChannelMaxima.run(model, channels, data);
    NameSource names = graph.names();
    Map<String, Node> divisions = new LinkedHashMap<>();
    readers.forEach(
        (value, nodes) -> {
          float[] factors = factors(maxima.get(value));
          divisions.put(value, smooth(graph, names, value, nodes, factors));
        });
    insert(graph, divisions);
    return divisions.size();
  }

  /** Part of a step's message. */
  static String note(int smoothed) {
    return smoothed == 0 ? "" : ", outliers of %d activations moved to weights".formatted(smoothed);
  }

  /** Computed values that MatMuls multiply with weights, and those MatMuls. */
  private static Map<String, List<Node>> readers(Graph graph, OperatorChoice choice) {
    Map<String, List<Node>> readers = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      if (node.is("MatMul") && choice.includes(node) && WeightSites.of(graph, node).isPresent()) {
        readers.computeIfAbsent(node.input(0), k -> new ArrayList<>()).add(node);
      }
    }
    graph.inputs().forEach(input -> readers.remove(input.getName()));
    return readers;
  }

  private static float[] factors(float[] maxima) {
    float[] sorted = maxima.clone();
    Arrays.sort(sorted);
    float median = sorted[sorted.length / 2];
    float[] factors = new float[maxima.length];
    for (int j = 0; j < factors.length; j++) {
      boolean usable = maxima[j] > 0 && median > 0;
      factors[j] =
          usable
              ? (float)
                  Math.clamp(Math.sqrt((double) maxima[j] / median), 1 / MAX_FACTOR, MAX_FACTOR)
              : 1;
    }
    return factors;
  }

  private static Node smooth(
      Graph graph, NameSource names, String value, List<Node> nodes, float[] factors) {
    float[] inverse = new float[factors.length];
    for (int j = 0; j < factors.length; j++) {
      inverse[j] = 1 / factors[j];
    }
    String constant = names.fresh(value + "_smoothing");
    graph.constants().put(constant, Tensor.ofFloats(inverse, inverse.length));
    String smoothed = names.fresh(value + "_smoothed");
    Map<String, String> scaled = new LinkedHashMap<>();
    for (Node node : nodes) {
      String weights =
          scaled.computeIfAbsent(
              node.input(1),
              name -> {
                String fresh = names.fresh(name + "_smoothed");
                graph.constants().put(fresh, scaleRows(graph.constants().get(name), factors));
                return fresh;
              });
      node.inputs().set(0, smoothed);
      node.inputs().set(1, weights);
    }
    return Node.of("Mul", smoothed, List.of(value, constant), List.of(smoothed));
  }

  private static Tensor scaleRows(Tensor matrix, float[] factors) {
    float[] row = new float[(int) matrix.dimension(1)];
    MemorySegment target = Tensor.allocate(matrix.byteSize());
    for (int j = 0; j < factors.length; j++) {
      matrix.copyFloats((long) j * row.length, row);
      for (int i = 0; i < row.length; i++) {
        row[i] *= factors[j];
      }
      MemorySegment.copy(row, 0, target, FLOATS, 4L * j * row.length, row.length);
    }
    return Tensor.of(ElementType.FLOAT, matrix.shape(), target);
  }

  private static void insert(Graph graph, Map<String, Node> divisions) {
    List<Node> result = new ArrayList<>();
    for (Node node : graph.nodes()) {
      result.add(node);
      for (String output : node.outputs()) {
        if (divisions.containsKey(output)) {
          result.add(divisions.get(output));
        }
      }
    }
    graph.nodes().clear();
    graph.nodes().addAll(result);
  }
}
