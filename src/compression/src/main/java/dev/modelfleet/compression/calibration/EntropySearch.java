package dev.modelfleet.compression.calibration;

import java.util.function.Predicate;

/**
 * Chooses the range whose quantized values keep the most information about the distribution (after
 * TensorRT's calibration, Migacz 2017): the one with the smallest Kullback-Leibler divergence of
 * the clipped histogram, its tails added to the end bins, from itself as the integers can tell it.
 *
 * <p>Three things differ from the usual form, because that clips far too much on few samples and
 * where a few large values are most of the signal. Bins that differ by chance only look like
 * information that coarse integers lose: of k bins that m levels hold, about (k − m) / 2n nats for
 * n values (Miller 1955), which are subtracted. Where there are too few values to tell a tail from
 * a gap nothing is clipped. And as information does not count how large a value is, no range is
 * taken whose squared error is above that of the whole range.
 */
final class EntropySearch {

  /** No candidate is narrower than this many bins. */
  private static final int NARROWEST = 128;

  /** Bins between candidates. */
  private static final int STEP = 8;

  /** Values for each bin that holds any, below which a histogram says too little. */
  private static final int MIN_VALUES_PER_BIN = 8;

  private static final int LEVELS = 255;

  private final long[] counts;
  private final double origin;
  private final double width;
  private final long total;
  private final Predicate<Range> acceptable;

  private EntropySearch(long[] counts, double origin, double width, Predicate<Range> acceptable) {
    this.counts = counts;
    this.origin = origin;
    this.width = width;
    this.acceptable = acceptable;
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    this.total = sum;
  }

  /**
   * Searches.
   *
   * @param full the range of the histogram
   * @param symmetric whether ranges are used symmetrically around 0
   */
  static Range leastDivergence(Histogram histogram, Range full, boolean symmetric) {
    if (histogram.total() < (long) MIN_VALUES_PER_BIN * histogram.used()) {
      return full;
    }
    double allowed = RangeSearch.squaredError(histogram, full, symmetric);
    Predicate<Range> acceptable =
        range -> RangeSearch.squaredError(histogram, range, symmetric) <= allowed;
    return symmetric
        ? symmetric(histogram, full, acceptable)
        : bothEnds(histogram, full, acceptable);
  }

  private static Range symmetric(Histogram histogram, Range full, Predicate<Range> acceptable) {
    double width = (double) full.maxAbsolute() / Histogram.BINS;
    if (width == 0) {
      return full;
    }
    long[] folded = new long[Histogram.BINS];
    for (int bin = 0; bin < Histogram.BINS; bin++) {
      int target = (int) (Math.abs(histogram.centre(bin)) / width);
      folded[Math.min(target, Histogram.BINS - 1)] += histogram.count(bin);
    }
    EntropySearch search = new EntropySearch(folded, 0, width, acceptable);
    float end = (float) (width * search.bestUpper(0));
    return new Range(Math.max(full.min(), -end), Math.min(full.max(), end));
  }

  private static Range bothEnds(Histogram histogram, Range full, Predicate<Range> acceptable) {
    long[] counts = new long[Histogram.BINS];
    for (int bin = 0; bin < counts.length; bin++) {
      counts[bin] = histogram.count(bin);
    }
    EntropySearch search = new EntropySearch(counts, full.min(), histogram.width(), acceptable);
    int lower = 0;
    int upper = search.bestUpper(lower);
    if (full.min() < 0) {
      lower = search.bestLower(upper);
      upper = search.bestUpper(lower);
    }
    return new Range(
        lower == 0 ? full.min() : (float) search.edge(lower),
        upper == counts.length ? full.max() : (float) search.edge(upper));
  }

  private double edge(int bin) {
    return origin + bin * width;
  }

  private Range range(int lower, int upper) {
    return new Range((float) edge(lower), (float) edge(upper));
  }

  /** End bin, exclusive; 0 stays inside the range. */
  private int bestUpper(int lower) {
    int best = counts.length;
    double least = divergence(lower, best);
    for (int upper = best - STEP; upper >= lower + NARROWEST && edge(upper) >= 0; upper -= STEP) {
      double divergence = divergence(lower, upper);
      if (divergence < least && acceptable.test(range(lower, upper))) {
        least = divergence;
        best = upper;
      }
    }
    return best;
  }

  private int bestLower(int upper) {
    int best = 0;
    double least = divergence(0, upper);
    for (int lower = STEP; lower <= upper - NARROWEST && edge(lower) <= 0; lower += STEP) {
      double divergence = divergence(lower, upper);
      if (divergence < least && acceptable.test(range(lower, upper))) {
        least = divergence;
        best = lower;
      }
    }
    return best;
  }

  /** Nats lost by clipping to some bins and rounding inside, without what is chance. */
  private double divergence(int from, int to) {
    double min = Math.min(0, edge(from));
    double step = (Math.max(0, edge(to)) - min) / LEVELS;
    Sides sides = sides(from, to);
    double sum = 0;
    int bins = 0;
    int levels = 0;
    for (int start = from; start < to; ) {
      // Bins that round to the same integer as the first.
      long level = (long) ((edge(start) + width / 2 - min) / step);
      int end = start + 1;
      while (end < to && (long) ((edge(end) + width / 2 - min) / step) == level) {
        end++;
      }
      int filled = 0;
      long inside = 0;
      for (int bin = start; bin < end; bin++) {
        inside += counts[bin];
        filled += sides.clipped(bin, counts[bin]) > 0 ? 1 : 0;
      }
      if (filled > 0) {
        // Half a value where there is only a tail: what is never seen is not impossible.
        double expected = Math.max(inside, 0.5) / filled / sides.inside();
        for (int bin = start; bin < end; bin++) {
          double seen = (double) sides.clipped(bin, counts[bin]) / total;
          sum += seen > 0 ? seen * Math.log(seen / expected) : 0;
        }
        bins += filled;
        levels++;
      }
      start = end;
    }
    return sum - (bins - levels) / (2.0 * total);
  }

  private Sides sides(int from, int to) {
    long below = 0;
    long inside = 0;
    for (int bin = 0; bin < to; bin++) {
      if (bin < from) {
        below += counts[bin];
      } else {
        inside += counts[bin];
      }
    }
    return new Sides(from, to - 1, below, total - below - inside, Math.max(inside, 1));
  }

  /** What lies outside a range is added to its end bins. */
  private record Sides(int first, int last, long below, long above, long inside) {
    long clipped(int bin, long count) {
      return count + (bin == first ? below : 0) + (bin == last ? above : 0);
    }
  }
}
