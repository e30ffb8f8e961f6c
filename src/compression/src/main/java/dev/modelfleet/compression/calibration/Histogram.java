package dev.modelfleet.compression.calibration;

/**
 * How often an activation takes which values: equally wide bins over a range that is known
 * beforehand, so that memory does not grow with samples.
 */
final class Histogram {

  /** Fine enough for the tails to be told apart, small enough to keep one for every activation. */
  static final int BINS = 2048;

  private final double min;
  private final double width;
  private final long[] counts = new long[BINS];
  private long total;

  Histogram(Range range) {
    this.min = range.min();
    this.width = Math.max(((double) range.max() - range.min()) / BINS, Double.MIN_NORMAL);
  }

  void add(float[] values) {
    for (float value : values) {
      counts[Math.clamp((long) ((value - min) / width), 0, BINS - 1)]++;
    }
    total += values.length;
  }

  /** Middle of a bin. */
  double centre(int bin) {
    return min + (bin + 0.5) * width;
  }

  double width() {
    return width;
  }

  /** Number of bins that hold a value. */
  int used() {
    int used = 0;
    for (long count : counts) {
      used += count > 0 ? 1 : 0;
    }
    return used;
  }

  long count(int bin) {
    return counts[bin];
  }

  long total() {
    return total;
  }

  /** Value below which a fraction of all values lies. */
  float quantile(double fraction) {
    double wanted = fraction * total;
    double seen = 0;
    for (int bin = 0; bin < BINS; bin++) {
      if (seen + counts[bin] >= wanted) {
        double inside = counts[bin] == 0 ? 0 : (wanted - seen) / counts[bin];
        return (float) (min + (bin + inside) * width);
      }
      seen += counts[bin];
    }
    return (float) (min + BINS * width);
  }
}
