package dev.modelfleet.compression.codebook;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The values that stand for many: k-means in one dimension with a weight for each value (Lloyd's
 * iterations on sorted values, whose sums over intervals are differences of running sums), from
 * levels of equal counts and from levels of equal width, whichever ends with the smaller error.
 * Nothing in it is random.
 *
 * @param levels in ascending order
 */
record Codebook(float[] levels) {

  private static final int ITERATIONS = 40;

  /** Values that are sorted into so many bins first, where there are more. */
  private static final int BINS = 8192;

  /**
   * Finds levels.
   *
   * @param values what they stand for
   * @param importance what an error in each value costs; not negative
   * @param count number of levels
   */
  static Codebook of(float[] values, float[] importance, int count) {
    return of(new float[][] {values}, importance, count);
  }

  /**
   * Finds levels for all rows of a matrix together.
   *
   * @param rows what they stand for
   * @param importance what an error in each column costs; not negative
   * @param count number of levels
   */
  static Codebook of(float[][] rows, float[] importance, int count) {
    if ((long) rows.length * importance.length > BINS) {
      return binned(rows, importance, count);
    }
    float[] values = new float[rows.length * importance.length];
    float[] costs = new float[values.length];
    for (int r = 0; r < rows.length; r++) {
      System.arraycopy(rows[r], 0, values, r * importance.length, importance.length);
      System.arraycopy(importance, 0, costs, r * importance.length, importance.length);
    }
    Integer[] order = IntStream.range(0, values.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(i -> values[i]));
    double[] sorted = Arrays.stream(order).mapToDouble(i -> values[i]).toArray();
    double[] weights = Arrays.stream(order).mapToDouble(i -> costs[i] + 1e-30).toArray();
    return of(sorted, weights, count);
  }

  private static Codebook binned(float[][] rows, float[] importance, int count) {
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (float[] row : rows) {
      for (float value : row) {
        min = Math.min(min, value);
        max = Math.max(max, value);
      }
    }
    double width = max > min ? (max - min) / BINS : 1;
    double[] weights = new double[BINS];
    double[] sums = new double[BINS];
    for (float[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        int bin = (int) Math.min(BINS - 1, (row[i] - min) / width);
        weights[bin] += importance[i];
        sums[bin] += (double) importance[i] * row[i];
      }
    }
    double[] centres = new double[BINS];
    for (int b = 0; b < BINS; b++) {
      centres[b] = weights[b] > 0 ? sums[b] / weights[b] : min + (b + 0.5) * width;
    }
    return of(centres, weights, count);
  }

  /** Of values in ascending order. */
  private static Codebook of(double[] sorted, double[] weights, int count) {
    int n = sorted.length;
    double[] mass = new double[n + 1];
    double[] moment = new double[n + 1];
    for (int i = 0; i < n; i++) {
      mass[i + 1] = mass[i] + weights[i];
      moment[i + 1] = moment[i] + weights[i] * sorted[i];
    }
    double[] counts = new double[count];
    double[] widths = new double[count];
    for (int k = 0; k < count; k++) {
      counts[k] = sorted[(int) Math.min(n - 1, (k + 0.5) / count * n)];
      widths[k] = sorted[0] + (k + 0.5) / count * (sorted[n - 1] - sorted[0]);
    }
    lloyd(sorted, mass, moment, counts);
    lloyd(sorted, mass, moment, widths);
    // What the levels explain is largest where the error is smallest.
    double[] best =
        explained(sorted, mass, moment, counts) > explained(sorted, mass, moment, widths)
            ? counts
            : widths;
    float[] levels = new float[count];
    for (int k = 0; k < count; k++) {
      levels[k] = (float) best[k];
    }
    return new Codebook(levels);
  }

  private static void lloyd(double[] sorted, double[] mass, double[] moment, double[] levels) {
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      boolean moved = false;
      int from = 0;
      for (int k = 0; k < levels.length; k++) {
        int to = end(sorted, levels, k);
        double weight = mass[to] - mass[from];
        if (weight > 0) {
          double centre = (moment[to] - moment[from]) / weight;
          moved |= centre != levels[k];
          levels[k] = centre;
        }
        from = to;
      }
      Arrays.sort(levels);
      if (!moved) {
        return;
      }
    }
  }

  /** Index after the last value that is nearest to a level. */
  private static int end(double[] sorted, double[] levels, int k) {
    if (k == levels.length - 1) {
      return sorted.length;
    }
    double border = (levels[k] + levels[k + 1]) / 2;
    int found = Arrays.binarySearch(sorted, border);
    if (found < 0) {
      return -found - 1;
    }
    while (found < sorted.length && sorted[found] == border) {
      found++;
    }
    return found;
  }

  private static double explained(
      double[] sorted, double[] mass, double[] moment, double[] levels) {
    double sum = 0;
    int from = 0;
    for (int k = 0; k < levels.length; k++) {
      int to = Math.max(from, end(sorted, levels, k));
      double level = levels[k];
      sum += 2 * level * (moment[to] - moment[from]) - level * level * (mass[to] - mass[from]);
      from = to;
    }
    return sum;
  }

  /** Index of the level nearest to a value; of two the lower one. */
  int nearest(float value) {
    int found = Arrays.binarySearch(levels, value);
    if (found >= 0) {
      return found;
    }
    int above = -found - 1;
    if (above == 0 || above == levels.length) {
      return above == 0 ? 0 : levels.length - 1;
    }
    return value - levels[above - 1] <= levels[above] - value ? above - 1 : above;
  }

  /** Whether FP16 holds the levels with full precision. */
  boolean fitsHalf() {
    float most = Math.max(Math.abs(levels[0]), Math.abs(levels[levels.length - 1]));
    return most == 0 || (most > 1e-2f && most < 60_000);
  }

  /** The levels as FP16 holds them. */
  Codebook halved() {
    float[] halves = new float[levels.length];
    for (int k = 0; k < halves.length; k++) {
      halves[k] = Float.float16ToFloat(Float.floatToFloat16(levels[k]));
    }
    return new Codebook(halves);
  }
}
