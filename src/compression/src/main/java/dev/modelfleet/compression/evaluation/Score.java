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

  /**
   * The result over all samples that were added.
   *
   * @param confidence level of the loss's interval; 0 for none
   * @param seed of the resampling that some intervals come from
   */
  Accuracy result(double confidence, long seed);

  /**
   * A score that starts from nothing.
   *
   * @param labels the class of each sample; null where the metric needs none
   */
  static Score of(Evaluation.Metric metric, long[] labels) {
    return switch (metric.type()) {
      case COSINE_SIMILARITY -> new Cosine();
      case MEAN_SQUARED_ERROR -> new SquaredError();
      case TOP_ONE_AGREEMENT -> new Agreement();
      case TOP_K_ACCURACY -> new TopK(metric.k() == null ? 1 : metric.k(), labels);
    };
  }

  private static Accuracy.Interval interval(PairedMeans losses, double confidence, long seed) {
    if (confidence == 0 || losses.samples() < PairedMeans.MIN_SAMPLES) {
      return null;
    }
    double[] ends = losses.interval(confidence, seed);
    return Double.isFinite(ends[0]) && Double.isFinite(ends[1])
        ? new Accuracy.Interval(confidence, ends[0], ends[1])
        : null;
  }

  /**
   * @param least smallest loss that the metric can have
   */
  private static Accuracy.Interval interval(PairedHits hits, double confidence, double least) {
    if (confidence == 0) {
      return null;
    }
    double[] ends = hits.interval(NormalDistribution.quantile((1 + confidence) / 2));
    return new Accuracy.Interval(confidence, Math.max(least, ends[0]), ends[1]);
  }

  /** Mean cosine to the original's vector. */
  final class Cosine implements Score {
    private final PairedMeans losses = new PairedMeans();
    private double sum;

    @Override
    public void add(int sample, float[] original, float[] variant) {
      double cosine = Similarity.cosine(original, variant);
      sum += cosine;
      losses.add(1 - cosine, 1);
    }

    @Override
    public Accuracy result(double confidence, long seed) {
      double mean = sum / losses.samples();
      return new Accuracy(
          MetricType.COSINE_SIMILARITY,
          1,
          mean,
          1 - mean,
          losses.samples(),
          interval(losses, confidence, seed),
          null,
          null);
    }
  }

  /** Mean squared difference relative to the mean square of the original. */
  final class SquaredError implements Score {
    private final PairedMeans losses = new PairedMeans();

    @Override
    public void add(int sample, float[] original, float[] variant) {
      double difference = 0;
      double square = 0;
      for (int i = 0; i < original.length; i++) {
        double d = (double) variant[i] - original[i];
        difference += d * d;
        square += (double) original[i] * original[i];
      }
      losses.add(difference, square);
    }

    @Override
    public Accuracy result(double confidence, long seed) {
      double error = losses.ratio();
      return new Accuracy(
          MetricType.MEAN_SQUARED_ERROR,
          0,
          error,
          error,
          losses.samples(),
          interval(losses, confidence, seed),
          null,
          null);
    }
  }

  /** Fraction of samples on which both models' highest score is for the same class. */
  final class Agreement implements Score {
    private int agreed;
    private int samples;

    @Override
    public void add(int sample, float[] original, float[] variant) {
      agreed += highest(original) == highest(variant) ? 1 : 0;
      samples++;
    }

    /** The first of equal ones. */
    private static int highest(float[] scores) {
      int best = 0;
      for (int i = 1; i < scores.length; i++) {
        best = scores[i] > scores[best] ? i : best;
      }
      return best;
    }

    @Override
    public Accuracy result(double confidence, long seed) {
      double share = (double) agreed / samples;
      return new Accuracy(
          MetricType.TOP_ONE_AGREEMENT,
          1,
          share,
          1 - share,
          samples,
          interval(new PairedHits(agreed, samples - agreed, 0), confidence, 0),
          samples - agreed,
          0);
    }
  }

  /** Fraction of samples whose label is among the k highest scores. */
  final class TopK implements Score {
    private final int k;
    private final long[] labels;
    private int both;
    private int lost;
    private int gained;
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
      boolean before = isHit(original, (int) label);
      boolean after = isHit(variant, (int) label);
      both += before && after ? 1 : 0;
      lost += before && !after ? 1 : 0;
      gained += !before && after ? 1 : 0;
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
    public Accuracy result(double confidence, long seed) {
      if (both + lost == 0) {
        throw new CompressionException(
            FailureReason.DATASET_MISMATCH,
            "the original gets none of %d samples right: the labels do not belong to this model"
                .formatted(samples));
      }
      PairedHits hits = new PairedHits(both, lost, gained);
      return new Accuracy(
          MetricType.TOP_K_ACCURACY,
          (double) (both + lost) / samples,
          (double) (both + gained) / samples,
          hits.drop(),
          samples,
          interval(hits, confidence, Double.NEGATIVE_INFINITY),
          lost,
          gained);
    }
  }
}
