package dev.modelfleet.compression.calibration;

import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.NameSource;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.onnx.ValueInfoProto;
import dev.modelfleet.compression.runtime.ModelInMemory;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.tensor.TensorData;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the mean of each channel of activations. */
public final class ChannelMeans {

  private ChannelMeans() {}

  /**
   * Where an activation's channels are.
   *
   * @param count number of channels
   * @param second whether they are the second axis, positions behind it, as of a convolution;
   *     otherwise the last
   */
  public record Channels(int count, boolean second) {}

  /**
   * Runs samples.
   *
   * @param values names of computed FP32 values
   * @param maxSamples samples from the start of the data that are run at most
   */
  public static Map<String, double[]> run(
      OnnxModel model, Map<String, Channels> values, Dataset data, int maxSamples) {
    data.checkAgainst(model);
    Map<String, double[]> sums = new LinkedHashMap<>();
    Map<String, Long> counts = new LinkedHashMap<>();
    Map<String, String> taps = new LinkedHashMap<>();
    values.forEach((value, channels) -> sums.put(value, new double[channels.count()]));
    Graph graph = tap(model.graph(), values, taps);
    int samples = Math.min(maxSamples, data.samples(model.inputs()));
    try (ModelSession session = ModelInMemory.open(model.withGraph(graph), SessionOptions.cpu(0))) {
      for (int i = 0; i < samples; i++) {
        session
            .run(data.sample(i, model.inputs()))
            .forEach(
                (name, tensor) -> {
                  String value = taps.get(name);
                  add(sums.get(value), tensor);
                  counts.merge(value, (long) tensor.size() / sums.get(value).length, Long::sum);
                });
      }
    }
    sums.forEach((value, sum) -> divide(sum, counts.getOrDefault(value, 1L)));
    return sums;
  }

  /** Positions of convolutions are averaged inside the graph: their outputs may be large. */
  private static Graph tap(Graph original, Map<String, Channels> values, Map<String, String> taps) {
    Graph graph = original.copy();
    NameSource names = graph.names();
    graph.outputs().clear();
    values.forEach(
        (value, channels) -> {
          String tap = value;
          if (channels.second()) {
            tap = names.fresh(value + "_mean");
            graph.nodes().add(Node.of("GlobalAveragePool", tap, List.of(value), List.of(tap)));
          }
          graph.outputs().add(ValueInfoProto.newBuilder().setName(tap).build());
          taps.put(tap, value);
        });
    return graph;
  }

  private static void add(double[] sums, TensorData tensor) {
    float[] values = tensor.toFloats();
    for (int i = 0; i < values.length; i++) {
      sums[i % sums.length] += values[i];
    }
  }

  private static void divide(double[] sums, long count) {
    for (int c = 0; c < sums.length; c++) {
      sums[c] /= count;
    }
  }
}
