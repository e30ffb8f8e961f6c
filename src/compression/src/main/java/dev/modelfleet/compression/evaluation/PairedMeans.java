package dev.modelfleet.compression.evaluation;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A loss that is a ratio of sums over samples, Σu / Σv, and its interval by the bootstrap:
 * resampling whole samples keeps original and variant paired.
 */
final class PairedMeans {

  /** With fewer samples the bootstrap's intervals are too narrow for what they claim. */
  static final int MIN_SAMPLES = 10;

  private static final int MIN_RESAMPLES = 1_000;
  private static final int MAX_RESAMPLES = 10_000;
  private static final long MAX_DRAWS = 100_000_000;

  private double[] u = new double[64];
  private double[] v = new double[64];
  private int samples;
  private double sumU;
  private double sumV;

  void add(double ofU, double ofV) {
    if (samples == u.length) {
      u = Arrays.copyOf(u, 2 * samples);
      v = Arrays.copyOf(v, 2 * samples);
    }
    u[samples] = ofU;
    v[samples] = ofV;
    samples++;
    sumU += ofU;
    sumV += ofV;
  }

  int samples() {
    return samples;
  }

  double ratio() {
    return ratio(sumU, sumV);
  }

  private static double ratio(double ofU, double ofV) {
    return ofU == 0 ? 0 : ofU / ofV;
  }

  /**
   * The BCa interval (B. Efron, Better bootstrap confidence intervals, JASA 82, 1987): percentiles
   * of the resampled losses, corrected for bias and skewness, which losses that can't be negative
   * have; and widened as Student's t is against the normal distribution, without which intervals
   * from few samples are too narrow (T. Hesterberg, What teachers should know about the bootstrap,
   * The American Statistician 69, 2015).
   *
   * @param confidence level as a fraction
   * @param seed equal seeds give equal intervals
   * @return lower and upper end
   */
  double[] interval(double confidence, long seed) {
    double[] resampled = resample(seed);
    double estimate = ratio();
    if (resampled[0] == resampled[resampled.length - 1]) {
      return new double[] {estimate, estimate};
    }
    double bias = NormalDistribution.quantile(share(resampled, estimate));
    double acceleration = acceleration();
    double z =
        Math.sqrt(samples / (samples - 1.0))
            * StudentDistribution.quantile(confidence, samples - 1);
    return new double[] {
      percentile(resampled, bias, acceleration, -z), percentile(resampled, bias, acceleration, z)
    };
  }

  private double[] resample(long seed) {
    int count = (int) Math.clamp(MAX_DRAWS / samples, MIN_RESAMPLES, MAX_RESAMPLES);
    SplittableRandom random = new SplittableRandom(seed);
    double[] resampled = new double[count];
    for (int i = 0; i < count; i++) {
      double ofU = 0;
      double ofV = 0;
      for (int draw = 0; draw < samples; draw++) {
        int sample = random.nextInt(samples);
        ofU += u[sample];
        ofV += v[sample];
      }
      resampled[i] = ratio(ofU, ofV);
    }
    Arrays.sort(resampled);
    return resampled;
  }

  /** Share of resampled losses below the measured one, half of the equal ones with them. */
  private static double share(double[] sorted, double estimate) {
    double below = 0;
    for (double value : sorted) {
      below += value < estimate ? 1 : value == estimate ? 0.5 : 0;
    }
    return Math.clamp(below, 0.5, sorted.length - 0.5) / sorted.length;
  }

  /** Skewness of the loss, from leaving out one sample at a time. */
  private double acceleration() {
    double mean = 0;
    for (int i = 0; i < samples; i++) {
      mean += ratio(sumU - u[i], sumV - v[i]) / samples;
    }
    double squares = 0;
    double cubes = 0;
    for (int i = 0; i < samples; i++) {
      double difference = mean - ratio(sumU - u[i], sumV - v[i]);
      squares += difference * difference;
      cubes += difference * difference * difference;
    }
    return squares == 0 ? 0 : cubes / (6 * Math.pow(squares, 1.5));
  }

  private static double percentile(
      double[] sorted, double bias, double acceleration, double quantile) {
    double shifted = bias + quantile;
    double slope = 1 - acceleration * shifted;
    double fraction =
        slope <= 0 ? (shifted < 0 ? 0 : 1) : NormalDistribution.probability(bias + shifted / slope);
    int index = (int) Math.floor(fraction * (sorted.length + 1)) - (quantile < 0 ? 1 : 0);
    return sorted[Math.clamp(index, 0, sorted.length - 1)];
  }
}
