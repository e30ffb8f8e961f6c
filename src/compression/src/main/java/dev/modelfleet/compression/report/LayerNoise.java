package dev.modelfleet.compression.report;

import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.onnx.ValueInfoProto;
import dev.modelfleet.compression.runtime.ModelInMemory;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.tensor.TensorData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How much of each layer's output in a variant is error, those of earlier layers included: both
 * models run on the same samples with the layers' outputs as outputs of the graph.
 */
public final class LayerNoise {

  /** A few samples have millions of activations: enough for a ratio. */
  private static final int SAMPLES = 4;

  /** No further sample is run where those before take so much memory. */
  private static final long MAX_BYTES = 64L << 20;

  private LayerNoise() {}

  /**
   * Signal-to-noise ratios in decibels, to two decimals, by the layer's output; without those that
   * the variant computes exactly, or in another shape, as pruning does.
   */
  public static Map<String, Double> measure(OnnxModel original, OnnxModel variant, Dataset data) {
    List<String> layers = LayerTable.shared(original, variant);
    if (layers.isEmpty()) {
      return Map.of();
    }
    List<Map<String, TensorData>> expected = reference(original, layers, data);
    Map<String, double[]> power = new LinkedHashMap<>();
    try (ModelSession session = open(variant, layers)) {
      for (int i = 0; i < expected.size(); i++) {
        Map<String, TensorData> actual = session.run(data.sample(i, session.inputs()));
        expected.get(i).forEach((name, values) -> add(power, name, values, actual.get(name)));
      }
    }
    Map<String, Double> noise = new LinkedHashMap<>();
    power.forEach(
        (name, sums) -> {
          if (sums[1] > 0 && sums[0] > 0) {
            noise.put(name, Math.rint(1000 * Math.log10(sums[0] / sums[1])) / 100);
          }
        });
    return noise;
  }

  /**
   * The original's layers on the first samples; its session is closed before the variant's opens.
   */
  private static List<Map<String, TensorData>> reference(
      OnnxModel original, List<String> layers, Dataset data) {
    List<Map<String, TensorData>> expected = new ArrayList<>();
    long bytes = 0;
    try (ModelSession session = open(original, layers)) {
      int samples = Math.min(SAMPLES, data.samples(session.inputs()));
      while (expected.size() < samples && bytes < MAX_BYTES) {
        Map<String, TensorData> outputs =
            session.run(data.sample(expected.size(), session.inputs()));
        bytes += outputs.values().stream().mapToLong(output -> output.data().remaining()).sum();
        expected.add(outputs);
      }
    }
    return expected;
  }

  private static ModelSession open(OnnxModel model, List<String> layers) {
    Graph graph = model.graph().copy();
    graph.outputs().clear();
    layers.forEach(
        layer -> graph.outputs().add(ValueInfoProto.newBuilder().setName(layer).build()));
    return ModelInMemory.open(model.withGraph(graph), SessionOptions.cpu(0));
  }

  private static void add(
      Map<String, double[]> power, String name, TensorData expected, TensorData actual) {
    if (actual == null || expected.size() != actual.size() || !expected.type().isFloat()) {
      return;
    }
    double[] sums = power.computeIfAbsent(name, n -> new double[2]);
    float[] before = expected.toFloats();
    float[] after = actual.toFloats();
    for (int i = 0; i < before.length; i++) {
      double difference = (double) after[i] - before[i];
      sums[0] += (double) before[i] * before[i];
      sums[1] += difference * difference;
    }
  }
}
