package dev.modelfleet.compression.prune;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * Chooses which groups go: those with the lowest scores of the whole graph until the cost is low
 * enough. Each family keeps a number of positions that is a multiple of the alignment, so that
 * vector units of that width are full, and a tenth of its groups at least, so that no layer is cut
 * off.
 */
final class ChannelChoice {

  private static final double LEAST_KEPT = 0.1;

  private final Map<Integer, List<ChannelGroup>> families = new TreeMap<>();
  private final Map<Integer, Double> scores;
  private final int alignment;

  ChannelChoice(List<ChannelGroup> groups, Map<Integer, Double> scores, int alignment) {
    this.scores = scores;
    this.alignment = alignment;
    groups.forEach(
        group -> families.computeIfAbsent(group.family(), f -> new ArrayList<>()).add(group));
    Comparator<ChannelGroup> byScore = Comparator.comparing(group -> scores.get(group.root()));
    families.values().forEach(f -> f.sort(byScore.thenComparing(ChannelGroup::root)));
  }

  /**
   * The smallest choice, by score, whose cost is at most the limit; the largest possible one where
   * there is none.
   */
  BitSet choose(ToLongFunction<BitSet> cost, long limit) {
    double[] thresholds =
        scores.values().stream().mapToDouble(s -> s).sorted().distinct().toArray();
    int low = 0;
    int high = thresholds.length;
    while (low < high) {
      int middle = (low + high) / 2;
      if (cost.applyAsLong(below(thresholds[middle])) <= limit) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return below(low == thresholds.length ? Double.POSITIVE_INFINITY : thresholds[low]);
  }

  /** The groups with scores up to a threshold, as far as each family lets them go. */
  private BitSet below(double threshold) {
    BitSet removed = new BitSet();
    for (List<ChannelGroup> family : families.values()) {
      int above = 0;
      for (ChannelGroup group : family) {
        above += scores.get(group.root()) > threshold ? 1 : 0;
      }
      int kept = aligned(above, family.size(), family.getFirst().width());
      family.subList(0, family.size() - kept).forEach(group -> removed.set(group.root()));
    }
    return removed;
  }

  /** Number of groups to keep out of all when so many are wanted. */
  private int aligned(int wanted, int all, int width) {
    int step = alignment / gcd(alignment, width);
    int least = Math.max(1, (int) Math.ceil(LEAST_KEPT * all));
    int kept = (int) Math.round((double) Math.max(wanted, least) / step) * step;
    kept = Math.max(kept, (least + step - 1) / step * step);
    return Math.min(kept, all);
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
