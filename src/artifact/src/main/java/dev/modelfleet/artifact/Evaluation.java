package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * How accuracy is measured.
 *
 * @param dataset an {@code .npz} file with one array for each model input, named as the input, the
 *     first axis counting samples; and, for metrics that need labels, an integer array {@code
 *     labels} of shape [samples]
 * @param metric what is computed from the outputs
 */
public record Evaluation(Source dataset, Metric metric) {

  /**
   * A metric and its settings.
   *
   * @param type what is measured
   * @param output name of the graph output to measure; the first output where null
   * @param k how many of the highest scores count, for TopKAccuracy; 1 where null
   * @param pooling how a token sequence becomes one vector, for CosineSimilarity; None where null
   * @param maskInput name of the model input that marks the tokens to keep (1) and to skip (0),
   *     required with pooling Mean
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Metric(
      MetricType type, String output, Integer k, Pooling pooling, String maskInput) {}
}
