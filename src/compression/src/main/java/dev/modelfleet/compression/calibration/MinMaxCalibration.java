package dev.modelfleet.compression.calibration;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;
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
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the smallest and largest value of activations over a data set. The minima and maxima are
 * computed inside the graph, so that two numbers a value come out of each run and memory does not
 * grow with samples or activations.
 */
public final class MinMaxCalibration {

  private MinMaxCalibration() {}

  /** Weight of the newest sample in a moving average; the first hundred samples weigh equally. */
  private static final double NEWEST = 0.01;

  /**
   * Runs all samples.
   *
   * @param values names of FP32 values of the graph
   * @return the range of each value, in the given order
   * @throws CompressionException with DATASET_MISMATCH where the data does not fit the model, with
   *     INVALID_MODEL where a value is NaN or infinite
   */
  public static Map<String, Range> run(OnnxModel model, Collection<String> values, Dataset data) {
    Map<String, Range> ranges = new LinkedHashMap<>();
    forEachSample(
        model, values, data, (sample, value, range) -> ranges.merge(value, range, Range::union));
    ranges.forEach(MinMaxCalibration::requireFinite);
    return ranges;
  }

  /**
   * As {@link #run}, with the moving average of the samples' minima and of their maxima: a single
   * unusual sample does not stretch the range.
   */
  static Map<String, Range> runAveraged(OnnxModel model, Collection<String> values, Dataset data) {
    Map<String, double[]> ends = new LinkedHashMap<>();
    forEachSample(
        model,
        values,
        data,
        (sample, value, range) -> {
          double[] mean = ends.computeIfAbsent(value, v -> new double[2]);
          double weight = Math.max(NEWEST, 1.0 / (sample + 1));
          mean[0] += (range.min() - mean[0]) * weight;
          mean[1] += (range.max() - mean[1]) * weight;
        });
    Map<String, Range> ranges = new LinkedHashMap<>();
    ends.forEach((value, mean) -> ranges.put(value, new Range((float) mean[0], (float) mean[1])));
    ranges.forEach(MinMaxCalibration::requireFinite);
    return ranges;
  }

  private interface SampleRange {
    void accept(int sample, String value, Range range);
  }

  private static void forEachSample(
      OnnxModel model, Collection<String> values, Dataset data, SampleRange consumer) {
    data.checkAgainst(model);
    if (values.isEmpty()) {
      return;
    }
    Map<String, String[]> taps = new LinkedHashMap<>();
    OnnxModel tapped = model.withGraph(tap(model.graph(), values, taps));
    try (ModelSession session = ModelInMemory.open(tapped, SessionOptions.cpu(0))) {
      int samples = data.samples(model.inputs());
      for (int i = 0; i < samples; i++) {
        int sample = i;
        Map<String, TensorData> results = session.run(data.sample(i, model.inputs()));
        taps.forEach((value, names) -> consumer.accept(sample, value, range(results, names)));
      }
    }
  }

  private static Graph tap(Graph original, Collection<String> values, Map<String, String[]> taps) {
    Graph graph = original.copy();
    NameSource names = graph.names();
    graph.outputs().clear();
    for (String value : values) {
      String[] minMax = {names.fresh(value + "_min"), names.fresh(value + "_max")};
      taps.put(value, minMax);
      for (int i = 0; i < 2; i++) {
        graph.nodes().add(reduce(i == 0 ? "ReduceMin" : "ReduceMax", value, minMax[i]));
        graph.outputs().add(ValueInfoProto.newBuilder().setName(minMax[i]).build());
      }
    }
    return graph;
  }

  private static Node reduce(String operator, String value, String output) {
    return Node.of(operator, output, List.of(value), List.of(output)).with("keepdims", 0);
  }

  private static Range range(Map<String, TensorData> results, String[] names) {
    return new Range(results.get(names[0]).toFloats()[0], results.get(names[1]).toFloats()[0]);
  }

  private static void requireFinite(String value, Range range) {
    if (!range.isFinite()) {
      throw new CompressionException(
          FailureReason.INVALID_MODEL,
          "activation %s is not finite on the calibration data: %s".formatted(value, range));
    }
  }
}
