package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.onnx.ValueInfoProto;
import dev.modelfleet.compression.runtime.ModelInMemory;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.tensor.TensorData;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Mean and variance of each channel of activations over a data set. */
final class ChannelMoments {

  private final double[] sums;
  private final double[] squares;
  private long count;

  private ChannelMoments(int channels) {
    this.sums = new double[channels];
    this.squares = new double[channels];
  }

  /**
   * Runs all samples.
   *
   * @param axes for each computed value the axis that counts channels
   */
  static Map<String, ChannelMoments> run(OnnxModel model, Map<String, Integer> axes, Dataset data) {
    Map<String, ChannelMoments> moments = new LinkedHashMap<>();
    if (axes.isEmpty()) {
      return moments;
    }
    OnnxModel tapped = model.withGraph(withOutputs(model.graph(), axes.keySet()));
    try (ModelSession session = ModelInMemory.open(tapped, SessionOptions.cpu(0))) {
      int samples = data.samples(model.inputs());
      for (int i = 0; i < samples; i++) {
        session
            .run(data.sample(i, model.inputs()))
            .forEach((name, tensor) -> add(moments, name, axes.get(name), tensor));
      }
    }
    return moments;
  }

  /** A copy of a graph that gives these values instead of its outputs. */
  static Graph withOutputs(Graph original, Collection<String> values) {
    Graph graph = original.copy();
    graph.outputs().clear();
    values.forEach(
        value -> graph.outputs().add(ValueInfoProto.newBuilder().setName(value).build()));
    return graph;
  }

  private static void add(
      Map<String, ChannelMoments> moments, String name, int axis, TensorData tensor) {
    long[] shape = tensor.shape();
    int channels = (int) shape[axis];
    ChannelMoments own = moments.computeIfAbsent(name, n -> new ChannelMoments(channels));
    int inner = 1;
    for (int i = axis + 1; i < shape.length; i++) {
      inner *= (int) shape[i];
    }
    float[] values = tensor.toFloats();
    for (int i = 0; i < values.length; i++) {
      int channel = i / inner % channels;
      own.sums[channel] += values[i];
      own.squares[channel] += (double) values[i] * values[i];
    }
    own.count += values.length / channels;
  }

  double mean(int channel) {
    return sums[channel] / count;
  }

  double variance(int channel) {
    double mean = mean(channel);
    return Math.max(0, squares[channel] / count - mean * mean);
  }

  int channels() {
    return sums.length;
  }
}
