package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * Accuracy of a variant against the original on the evaluation set.
 *
 * @param metric what was measured
 * @param original the original's score
 * @param variant the variant's score
 * @param drop loss as a fraction, as {@link Gates#maxAccuracyDrop} defines it
 * @param samples number of samples measured
 * @param interval where the loss lies on data like that of the evaluation set; null where none was
 *     asked for or there are too few samples to tell
 * @param lost samples that the original gets right and the variant does not; null for metrics that
 *     have no right and wrong
 * @param gained samples that the variant gets right and the original does not; null likewise
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Accuracy(
    MetricType metric,
    double original,
    double variant,
    double drop,
    int samples,
    Interval interval,
    Integer lost,
    Integer gained) {

  /** A measurement without an interval. */
  public Accuracy(MetricType metric, double original, double variant, double drop, int samples) {
    this(metric, original, variant, drop, samples, null, null, null);
  }

  /**
   * A two-sided confidence interval of {@link Accuracy#drop}, from paired results: original and
   * variant on the same samples.
   *
   * @param confidence its level as a fraction: 0.95
   * @param lower smallest plausible loss; negative for a gain
   * @param upper largest plausible loss: what the accuracy gate judges
   */
  public record Interval(double confidence, double lower, double upper) {}
}
