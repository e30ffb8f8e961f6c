package dev.modelfleet.compression.quantize;

import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.calibration.ChannelMeans;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Uses;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Takes the mean error that quantization makes in each output channel of a product back in its bias
 * (Nagel et al. 2019, section 4.2): {@code b += E[y − y_q]} over calibration samples. Products that
 * come after others are corrected after them, as their inputs have changed by then; those at the
 * same depth together.
 */
final class BiasCorrection {

  /** Means of channels need far fewer samples than ranges. */
  private static final int MAX_SAMPLES = 32;

  private BiasCorrection() {}

  /**
   * Changes biases of a model in FP32.
   *
   * @param quantize makes the quantized form of a copy of the model
   * @return number of products whose bias changed
   */
  static int apply(
      OnnxModel model, Iterable<Node> products, Dataset data, UnaryOperator<OnnxModel> quantize) {
    Graph graph = model.graph();
    Uses uses = new Uses(graph);
    Map<String, BiasSite> sites = new LinkedHashMap<>();
    for (Node product : products) {
      BiasSite.of(graph, uses, product).ifPresent(site -> sites.put(product.output(0), site));
    }
    Map<String, double[]> wanted = ChannelMeans.run(model, channels(sites), data, MAX_SAMPLES);
    levels(graph, sites)
        .values()
        .forEach(
            level -> {
              OnnxModel quantized = quantize.apply(model.copy());
              Map<String, double[]> given =
                  ChannelMeans.run(quantized, channels(level), data, MAX_SAMPLES);
              level.forEach(
                  (value, site) ->
                      site.add(graph, difference(wanted.get(value), given.get(value))));
            });
    return sites.size();
  }

  private static float[] difference(double[] wanted, double[] given) {
    float[] difference = new float[wanted.length];
    for (int c = 0; c < difference.length; c++) {
      difference[c] = (float) (wanted[c] - given[c]);
    }
    return difference;
  }

  private static Map<String, ChannelMeans.Channels> channels(Map<String, BiasSite> sites) {
    Map<String, ChannelMeans.Channels> channels = new LinkedHashMap<>();
    sites.forEach(
        (value, site) ->
            channels.put(
                value, new ChannelMeans.Channels(site.channels(), site.reader().is("Conv"))));
    return channels;
  }

  /** Sites by the largest number of products on a way to them. */
  private static TreeMap<Integer, Map<String, BiasSite>> levels(
      Graph graph, Map<String, BiasSite> sites) {
    Map<String, Integer> depths = new HashMap<>();
    TreeMap<Integer, Map<String, BiasSite>> levels = new TreeMap<>();
    for (Node node : graph.nodes()) {
      int depth =
          node.inputs().stream().mapToInt(input -> depths.getOrDefault(input, 0)).max().orElse(0);
      BiasSite site = sites.get(node.output(0));
      int own = site == null ? depth : depth + 1;
      List.copyOf(node.outputs()).forEach(output -> depths.put(output, own));
      if (site != null) {
        levels.computeIfAbsent(own, key -> new LinkedHashMap<>()).put(node.output(0), site);
      }
    }
    return levels;
  }
}
