package dev.modelfleet.compression.calibration;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;
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

/**
 * Finds the largest absolute value of each channel of activations; the last axis is the channel.
 */
public final class ChannelMaxima {

  private ChannelMaxima() {}

  /**
   * Runs all samples.
   *
   * @param values names of computed FP32 values, each with the number of its channels
   */
  public static Map<String, float[]> run(
      OnnxModel model, Map<String, Integer> values, Dataset data) {
    data.checkAgainst(model);
    Map<String, float[]> maxima = new LinkedHashMap<>();
    values.forEach((value, channels) -> maxima.put(value, new float[channels]));
    try (ModelSession session =
        ModelInMemory.open(
            model.withGraph(withOutputs(model.graph(), values.keySet())), SessionOptions.cpu(0))) {
      int samples = data.samples(model.inputs());
      for (int i = 0; i < samples; i++) {
        session
            .run(data.sample(i, model.inputs()))
            .forEach((name, tensor) -> add(name, maxima.get(name), tensor));
      }
    }
    return maxima;
  }

  /** A copy of a graph that gives these values instead of its outputs. */
  static Graph withOutputs(Graph original, Collection<String> values) {
    Graph graph = original.copy();
    graph.outputs().clear();
    values.forEach(
        value -> graph.outputs().add(ValueInfoProto.newBuilder().setName(value).build()));
    return graph;
  }

  private static void add(String name, float[] maxima, TensorData tensor) {
    float[] values = tensor.toFloats();
    for (int i = 0; i < values.length; i++) {
      int channel = i % maxima.length;
      maxima[channel] = Math.max(maxima[channel], Math.abs(values[i]));
      if (!Float.isFinite(values[i])) {
        throw new CompressionException(
            FailureReason.INVALID_MODEL,
            "activation %s is not finite on the calibration data".formatted(name));
      }
    }
  }
}
