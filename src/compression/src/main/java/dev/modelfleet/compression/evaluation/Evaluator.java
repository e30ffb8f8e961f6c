package dev.modelfleet.compression.evaluation;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.runtime.ModelInMemory;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;

/**
 * Compares variants with their original on an evaluation set. The original runs once; its outputs
 * serve for every variant. Samples run one at a time, with masks and padding as given. To judge
 * what a target's processor computes, and not this one, give a variant's {@link
 * dev.modelfleet.compression.saturation.SaturatedModel}.
 */
public final class Evaluator implements AutoCloseable {

  private final Evaluation.Metric metric;
  private final Dataset data;
  private final SessionOptions options;
  private final OutputReader reader;
  private final double confidence;
  private final long seed;
  private final long[] labels;
  private final int samples;
  private final ReferenceOutputs reference = new ReferenceOutputs();

  /** As the other constructor, with intervals at the default level. */
  public Evaluator(
      OnnxModel original, Evaluation.Metric metric, Dataset data, SessionOptions options) {
    this(original, metric, data, options, Evaluation.DEFAULT_CONFIDENCE, 1);
  }

  /**
   * Runs the original.
   *
   * @param confidence level of the losses' intervals; 0 for none
   * @param seed of the resampling that some intervals come from
   * @throws CompressionException with DATASET_MISMATCH where the data set does not fit the model,
   *     with INVALID_REQUEST where the metric does not, with INVALID_MODEL where the original's
   *     outputs are not finite
   */
  public Evaluator(
      OnnxModel original,
      Evaluation.Metric metric,
      Dataset data,
      SessionOptions options,
      double confidence,
      long seed) {
    this(original, metric, data, options, confidence, seed, Integer.MAX_VALUE);
  }

  /**
   * As the others, on the first samples only.
   *
   * @param maxSamples how many at most
   */
  public Evaluator(
      OnnxModel original,
      Evaluation.Metric metric,
      Dataset data,
      SessionOptions options,
      double confidence,
      long seed,
      int maxSamples) {
    this.metric = metric;
    this.confidence = confidence;
    this.seed = seed;
    this.data = data;
    this.options = options;
    data.checkAgainst(original);
    this.reader = new OutputReader(metric, original.inputs(), original.outputs(), data);
    int all = data.samples(original.inputs());
    this.samples = Math.min(maxSamples, all);
    this.labels = metric.type() == MetricType.TOP_K_ACCURACY ? data.labels(all) : null;
    try (ModelSession session = open(original)) {
      for (int i = 0; i < samples; i++) {
        reference.add(reader.read(session, i));
      }
    } catch (OutputsNotFiniteException e) {
      throw new CompressionException(
          FailureReason.INVALID_MODEL, "the original itself fails: " + e.getMessage(), e);
    }
  }

  /** As {@link #evaluate(OnnxModel)} for a single variant, on all processors. */
  public static Accuracy evaluate(
      OnnxModel original, OnnxModel variant, Evaluation.Metric metric, Dataset data) {
    try (Evaluator evaluator = new Evaluator(original, metric, data, SessionOptions.cpu(0))) {
      return evaluator.evaluate(variant);
    }
  }

  /**
   * Accuracy of a variant against the original.
   *
   * @throws OutputsNotFiniteException where the variant's outputs hold NaN or infinity
   * @throws CompressionException with INVALID_MODEL where the variant does not load
   */
  public Accuracy evaluate(OnnxModel variant) {
    return compare(variant).accuracy();
  }

  /**
   * Accuracy and error of a variant against the original.
   *
   * @throws OutputsNotFiniteException where the variant's outputs hold NaN or infinity
   * @throws CompressionException with INVALID_MODEL where the variant does not load
   */
  public Comparison compare(OnnxModel variant) {
    Score score = Score.of(metric, labels);
    double signal = 0;
    double noise = 0;
    try (ModelSession session = open(variant)) {
      for (int i = 0; i < samples; i++) {
        float[] expected = reference.get(i);
        float[] actual = reader.read(session, i);
        score.add(i, expected, actual);
        for (int j = 0; j < expected.length; j++) {
          double difference = (double) actual[j] - expected[j];
          signal += (double) expected[j] * expected[j];
          noise += difference * difference;
        }
      }
    }
    return new Comparison(score.result(confidence, seed), noise == 0 ? 0 : noise / signal);
  }

  /**
   * A variant beside the original.
   *
   * @param accuracy by the metric
   * @param noise power of the error of what the metric looks at, relative to the power of the
   *     original's
   */
  public record Comparison(Accuracy accuracy, double noise) {

    /** Signal to noise in decibels; infinite where nothing differs. */
    public double sqnr() {
      return -10 * Math.log10(noise);
    }
  }

  private ModelSession open(OnnxModel model) {
    return model.file().isPresent()
        ? ModelSession.open(model.file().get(), options)
        : ModelInMemory.open(model, options);
  }

  @Override
  public void close() {
    reference.close();
  }
}
