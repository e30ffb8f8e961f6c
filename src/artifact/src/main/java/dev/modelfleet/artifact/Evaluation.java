package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * How accuracy is measured.
 *
 * @param dataset an {@code .npz} file with one array for each model input, named as the input, the
 *     first axis counting samples; and, for metrics that need labels, an integer array {@code
 *     labels} of shape [samples]
 * @param metric what is computed from the outputs
 * @param confidence level of the interval of the loss that the accuracy gate judges, as a fraction;
 *     0 judges the measured loss alone; {@value #DEFAULT_CONFIDENCE} where null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Evaluation(Source dataset, Metric metric, Double confidence) {

  /** Level of the interval where none is given. */
  public static final double DEFAULT_CONFIDENCE = 0.95;

  /** At the level of {@value #DEFAULT_CONFIDENCE}. */
  public Evaluation(Source dataset, Metric metric) {
    this(dataset, metric, null);
  }

  public Evaluation {
    if (confidence != null && confidence != 0 && !(confidence >= 0.5 && confidence < 1)) {
      throw new IllegalArgumentException(
          "evaluation.confidence is "
              + confidence
              + ": give a level from 0.5 to 0.9999, or 0 to judge the measured loss alone");
    }
  }

  /** The level, the default where none was given. */
  @JsonIgnore
  public double level() {
    return confidence == null ? DEFAULT_CONFIDENCE : confidence;
  }

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
