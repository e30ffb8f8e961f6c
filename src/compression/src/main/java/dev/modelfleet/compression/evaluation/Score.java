package dev.modelfleet.compression.evaluation;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.runtime.Similarity;

/** Adds up a metric over samples. */
sealed interface Score {

  /**
   * Takes one sample into account.
   *
   * @param sample its index
   * @param original the original's output vector
   * @param variant the variant's
   */
  void add(int sample, float[] original, float[] variant);

  /** The result over all samples that were added. */
  Accuracy result();

  /**
   * A score that starts from nothing.
   *
   * @param labels the class of each sample; null where the metric needs none
   */
  static Score of(Evaluation.Metric metric, long[] labels) {
    return switch (metric.type()) {
      case COSINE_SIMILARITY -> new Cosine();
      case MEAN_SQUARED_ERROR -> new SquaredError();
      case TOP_K_ACCURACY -> new TopK(metric.k() == null ? 1 : metric.k(), labels);
    };
  }

  /** Mean cosine to the original's vector. */
  final class Cosine implements Score {
    private double sum;
    private int samples;

    @Override
    public void add(int sample, float[] original, float[] variant) {
      sum += Similarity.cosine(original, variant);
      samples++;
    }

    @Override
    public Accuracy result() {
      double mean = sum / samples;
      return new Accuracy(MetricType.COSINE_SIMILARITY, 1, mean, 1 - mean, samples);
    }
  }

  /** Mean squared difference relative to the mean square of the original. */
  final class SquaredError implements Score {
    private double difference;
    private double square;
    private int samples;

    @Override
    public void add(int sample, float[] original, float[] variant) {
      for (int i = 0; i < original.length; i++) {
        double d = (double) variant[i] - original[i];
        difference += d * d;
        square += (double) original[i] * original[i];
      }
      samples++;
    }

    @Override
    public Accuracy result() {
      double error = difference == 0 ? 0 : difference / square;
      return new Accuracy(MetricType.MEAN_SQUARED_ERROR, 0, error, error, samples);
    }
  }

  /** Fraction of samples whose label is among the k highest scores. */
  final class TopK implements Score {
    private final int k;
    private final long[] labels;
    private int originalHits;
    private int variantHits;
    private int samples;

    TopK(int k, long[] labels) {
      this.k = k;
      this.labels = labels;
    }

    @Override
    public void add(int sample, float[] original, float[] variant) {
      long label = labels[sample];
      if (label < 0 || label >= original.length) {
        throw new CompressionException(
            FailureReason.DATASET_MISMATCH,
            "label %d of sample %d is not one of the model's %d classes"
                .formatted(label, sample, original.length));
      }
      originalHits += isHit(original, (int) label) ? 1 : 0;
      variantHits += isHit(variant, (int) label) ? 1 : 0;
      samples++;
    }

    /** Equal scores rank in the order of their classes, so that the result is always the same. */
    private boolean isHit(float[] scores, int label) {
      int better = 0;
      for (int i = 0; i < scores.length; i++) {
        better += scores[i] > scores[label] || (scores[i] == scores[label] && i < label) ? 1 : 0;
      }
      return better < k;
    }

    @Override
    public Accuracy result() {
      if (originalHits == 0) {
        throw new CompressionException(
            FailureReason.DATASET_MISMATCH,
            "the original gets none of %d samples right: the labels do not belong to this model"
                .formatted(samples));
      }
      double original = (double) originalHits / samples;
      double variant = (double) variantHits / samples;
      return new Accuracy(
          MetricType.TOP_K_ACCURACY, original, variant, (original - variant) / original, samples);
    }
  }
}
