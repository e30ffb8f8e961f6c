package dev.modelfleet.compression.evaluation;

import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.Pooling;
import dev.modelfleet.artifact.VariantManifest;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.Similarity;
import dev.modelfleet.compression.tensor.TensorData;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs a model on samples and gives of each the vector that a metric looks at. */
final class OutputReader {

  private final Dataset data;
  private final String output;
  private final Pooling pooling;
  private final String mask;

  /**
   * @throws CompressionException with INVALID_REQUEST where the metric's settings do not fit the
   *     model
   */
  OutputReader(
      Evaluation.Metric metric,
      List<VariantManifest.Tensor> inputs,
      List<VariantManifest.Tensor> outputs,
      Dataset data) {
    this.data = data;
    this.output = metric.output() == null ? outputs.getFirst().name() : metric.output();
    this.pooling = metric.pooling() == null ? Pooling.NONE : metric.pooling();
    this.mask = metric.maskInput();
    requireOneOf("evaluation.metric.output", output, outputs);
    if (pooling == Pooling.MEAN) {
      requireOneOf("evaluation.metric.maskInput", mask, inputs);
    }
  }

  private static void requireOneOf(
      String field, String name, List<VariantManifest.Tensor> tensors) {
    List<String> names = tensors.stream().map(VariantManifest.Tensor::name).toList();
    if (!names.contains(name)) {
      throw new CompressionException(
          FailureReason.INVALID_REQUEST,
          "%s is %s: the model has %s".formatted(field, name, names));
    }
  }

  /**
   * The vector for one sample.
   *
   * @throws OutputsNotFiniteException where it holds NaN or infinity
   */
  float[] read(ModelSession session, int sample) {
    Map<String, TensorData> inputs = data.sample(sample, session.inputs());
    TensorData result = session.run(inputs, Set.of(output)).get(output);
    float[] vector =
        pooling == Pooling.MEAN ? meanPool(result, inputs.get(mask)) : result.toFloats();
    if (!Similarity.isFinite(vector)) {
      throw new OutputsNotFiniteException(output, sample);
    }
    return vector;
  }

  private float[] meanPool(TensorData result, TensorData maskValues) {
    long[] shape = result.shape();
    float[] keep = maskValues.toFloats();
    int width = shape.length == 0 ? 0 : (int) shape[shape.length - 1];
    if (width == 0 || result.size() != keep.length * width) {
      throw new CompressionException(
          FailureReason.INVALID_REQUEST,
          "evaluation.metric.pooling is Mean: output %s %s must be [1, tokens, width] with as many"
                  .formatted(output, result)
              + " tokens as mask %s %s".formatted(mask, maskValues));
    }
    float[] values = result.toFloats();
    double[] sums = new double[width];
    double weight = 0;
    for (int token = 0; token < keep.length; token++) {
      weight += keep[token];
      for (int i = 0; i < width && keep[token] != 0; i++) {
        sums[i] += (double) keep[token] * values[token * width + i];
      }
    }
    float[] mean = new float[width];
    for (int i = 0; i < width; i++) {
      mean[i] = weight == 0 ? 0 : (float) (sums[i] / weight);
    }
    return mean;
  }
}
