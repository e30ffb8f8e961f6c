package dev.modelfleet.compression.calibration;

import dev.modelfleet.artifact.CalibrationMethod;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.runtime.ModelInMemory;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.tensor.TensorData;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Chooses the range in which each activation is quantized. MinMax and MovingAverage go over the
 * data once; the others twice: for the ends, then for a histogram of each activation between them.
 * Memory is that of the histograms, however many samples there are.
 */
public final class Calibration {

  private Calibration() {}

  /**
   * Runs all samples.
   *
   * @param values names of FP32 values of the graph
   * @param symmetric whether ranges are used symmetrically around 0
   * @return the range of each value, in the given order
   * @throws dev.modelfleet.compression.CompressionException with DATASET_MISMATCH where the data
   *     does not fit the model, with INVALID_MODEL where a value is NaN or infinite
   */
  public static Map<String, Range> run(
      CalibrationMethod method,
      OnnxModel model,
      Collection<String> values,
      Dataset data,
      boolean symmetric) {
    if (method == CalibrationMethod.MOVING_AVERAGE) {
      return MinMaxCalibration.runAveraged(model, values, data);
    }
    Map<String, Range> full = MinMaxCalibration.run(model, values, data);
    if (method == CalibrationMethod.MIN_MAX || full.isEmpty()) {
      return full;
    }
    Map<String, Range> chosen = new LinkedHashMap<>();
    histograms(model, full, data)
        .forEach(
            (value, histogram) ->
                chosen.put(value, choose(method, histogram, full.get(value), symmetric)));
    return chosen;
  }

  private static Range choose(
      CalibrationMethod method, Histogram histogram, Range full, boolean symmetric) {
    return switch (method) {
      case MIN_MAX, MOVING_AVERAGE -> full;
      case ENTROPY -> EntropySearch.leastDivergence(histogram, full, symmetric);
      case PERCENTILE -> RangeSearch.percentile(histogram, full);
      case MEAN_SQUARED_ERROR -> RangeSearch.leastSquaredError(histogram, full, symmetric);
    };
  }

  private static Map<String, Histogram> histograms(
      OnnxModel model, Map<String, Range> ranges, Dataset data) {
    Map<String, Histogram> histograms = new LinkedHashMap<>();
    ranges.forEach((value, range) -> histograms.put(value, new Histogram(range)));
    Map<String, Histogram> computed = new LinkedHashMap<>(histograms);
    model.inputs().forEach(input -> computed.remove(input.name()));
    Graph graph = ChannelMaxima.withOutputs(model.graph(), computed.keySet());
    try (ModelSession session = ModelInMemory.open(model.withGraph(graph), SessionOptions.cpu(0))) {
      int samples = data.samples(model.inputs());
      for (int i = 0; i < samples; i++) {
        Map<String, TensorData> inputs = data.sample(i, model.inputs());
        inputs.forEach((name, tensor) -> add(histograms.get(name), tensor));
        session.run(inputs).forEach((name, tensor) -> add(histograms.get(name), tensor));
      }
    }
    return histograms;
  }

  private static void add(Histogram histogram, TensorData tensor) {
    if (histogram != null) {
      histogram.add(tensor.toFloats());
    }
  }
}
