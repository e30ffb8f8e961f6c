package dev.modelfleet.compression.mixed;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Chooses one option of each group so that the sum of costs is smallest and no resource is used
 * beyond its limit (the multidimensional multiple-choice knapsack problem): branch and bound with
 * bounds from Lagrangian relaxation. The solution comes with a lower bound of what any choice
 * costs, so that the distance to the best is known where the search is cut short.
 */
final class Knapsack {

  private static final int DUAL_STEPS = 2_000;
  private static final long MAX_NODES = 3_000_000;
  private static final double TOLERANCE = 1e-12;

  /**
   * One way to treat a group.
   *
   * @param cost what is minimized
   * @param uses of each resource; may be negative
   */
  record Option(double cost, double[] uses) {}

  /**
   * A choice.
   *
   * @param options index of the option of each group
   * @param cost its sum
   * @param bound no choice within the limits costs less
   */
  record Solution(int[] options, double cost, double bound) {

    /** How far the cost may be above the smallest, as a fraction; 0 where it is the smallest. */
    double gap() {
      return cost <= bound ? 0 : (cost - bound) / Math.max(Math.abs(cost), TOLERANCE);
    }
  }

  private final List<List<Option>> groups;
  private final double[] limits;
  private final double[] multipliers;
  private final int[] order;
  private double dualBound = Double.NEGATIVE_INFINITY;
  private int[] best;
  private double bestCost = Double.POSITIVE_INFINITY;
  private double[] cheapest;
  private double[][] least;
  private long nodes;

  private Knapsack(List<List<Option>> groups, double[] limits) {
    this.groups = groups;
    this.limits = limits;
    this.multipliers = new double[limits.length];
    this.order =
        IntStream.range(0, groups.size())
            .boxed()
            .sorted(Comparator.comparingDouble(g -> -spread(groups.get(g))))
            .mapToInt(Integer::intValue)
            .toArray();
  }

  /**
   * The best choice; none where the limits can't be held.
   *
   * @param groups each with at least one option
   * @param limits of the resources
   */
  static Optional<Solution> solve(List<List<Option>> groups, double[] limits) {
    Knapsack knapsack = new Knapsack(groups, limits);
    knapsack.relax();
    knapsack.prepareBounds();
    boolean complete = knapsack.search(0, 0, new double[limits.length], new int[groups.size()]);
    if (knapsack.best == null) {
      return Optional.empty();
    }
    double bound = complete ? knapsack.bestCost : Math.min(knapsack.dualBound, knapsack.bestCost);
    return Optional.of(new Solution(knapsack.best, knapsack.bestCost, bound));
  }

  private static double spread(List<Option> options) {
    double max = options.stream().mapToDouble(Option::cost).max().orElse(0);
    return max - options.stream().mapToDouble(Option::cost).min().orElse(0);
  }

  /** Subgradient ascent on the multipliers, each in units of cost per unit of its resource. */
  private void relax() {
    double[] current = new double[limits.length];
    double[] scale = scales();
    for (int step = 0; step < DUAL_STEPS; step++) {
      int[] choice = new int[groups.size()];
      double value = 0;
      for (int g = 0; g < choice.length; g++) {
        choice[g] = cheapestOption(groups.get(g), current);
        value += priced(groups.get(g).get(choice[g]), current);
      }
      double[] excess = excess(choice);
      for (int r = 0; r < limits.length; r++) {
        value -= current[r] * limits[r];
      }
      if (value > dualBound) {
        dualBound = value;
        System.arraycopy(current, 0, multipliers, 0, current.length);
      }
      offer(choice, excess);
      repair(choice);
      double size = scale[limits.length] / (1 + 0.1 * step);
      for (int r = 0; r < limits.length; r++) {
        current[r] = Math.max(0, current[r] + size / scale[r] * (excess[r] / scale[r]));
      }
    }
  }

  /** Typical use of each resource, and at the end a typical cost for each group. */
  private double[] scales() {
    double[] scale = new double[limits.length + 1];
    for (List<Option> options : groups) {
      for (Option option : options) {
        for (int r = 0; r < limits.length; r++) {
          scale[r] += Math.abs(option.uses()[r]);
        }
        scale[limits.length] += Math.abs(option.cost());
      }
    }
    for (int i = 0; i < scale.length; i++) {
      scale[i] = scale[i] == 0 ? 1 : scale[i];
    }
    return scale;
  }

  private static double priced(Option option, double[] prices) {
    double value = option.cost();
    for (int r = 0; r < prices.length; r++) {
      value += prices[r] * option.uses()[r];
    }
    return value;
  }

  private static int cheapestOption(List<Option> options, double[] prices) {
    int cheapest = 0;
    for (int o = 1; o < options.size(); o++) {
      if (priced(options.get(o), prices) < priced(options.get(cheapest), prices)) {
        cheapest = o;
      }
    }
    return cheapest;
  }

  private double[] excess(int[] choice) {
    double[] excess = new double[limits.length];
    for (int r = 0; r < limits.length; r++) {
      for (int g = 0; g < choice.length; g++) {
        excess[r] += groups.get(g).get(choice[g]).uses()[r];
      }
      excess[r] -= limits[r];
    }
    return excess;
  }

  private void offer(int[] choice, double[] excess) {
    for (int r = 0; r < limits.length; r++) {
      if (excess[r] > TOLERANCE * Math.max(1, Math.abs(limits[r]))) {
        return;
      }
    }
    double cost = 0;
    for (int g = 0; g < choice.length; g++) {
      cost += groups.get(g).get(choice[g]).cost();
    }
    if (cost < bestCost) {
      bestCost = cost;
      best = choice.clone();
    }
  }

  /** Changes of single options that bring a choice within its limits, the best value first. */
  private void repair(int[] choice) {
    int[] repaired = choice.clone();
    for (int round = 0; round < groups.size(); round++) {
      double[] excess = excess(repaired);
      double violation = violation(excess);
      if (violation == 0) {
        offer(repaired, excess);
        return;
      }
      double bestRate = 0;
      int bestGroup = -1;
      int bestOption = -1;
      for (int g = 0; g < repaired.length; g++) {
        Option now = groups.get(g).get(repaired[g]);
        for (int o = 0; o < groups.get(g).size(); o++) {
          double gain = violation - violation(moved(excess, now, groups.get(g).get(o)));
          double cost = groups.get(g).get(o).cost() - now.cost();
          double rate = gain <= 0 ? 0 : gain / Math.max(cost, TOLERANCE);
          if (rate > bestRate) {
            bestRate = rate;
            bestGroup = g;
            bestOption = o;
          }
        }
      }
      if (bestGroup < 0) {
        return;
      }
      repaired[bestGroup] = bestOption;
    }
  }

  private static double[] moved(double[] excess, Option from, Option to) {
    double[] after = excess.clone();
    for (int r = 0; r < after.length; r++) {
      after[r] += to.uses()[r] - from.uses()[r];
    }
    return after;
  }

  private double violation(double[] excess) {
    double sum = 0;
    for (int r = 0; r < excess.length; r++) {
      sum += Math.max(0, excess[r]) / Math.max(Math.abs(limits[r]), TOLERANCE);
    }
    return sum;
  }

  /** What the groups from a depth on cost at least, and use at least of each resource. */
  private void prepareBounds() {
    cheapest = new double[order.length + 1];
    least = new double[order.length + 1][limits.length];
    for (int depth = order.length - 1; depth >= 0; depth--) {
      List<Option> options = groups.get(order[depth]);
      double price = Double.POSITIVE_INFINITY;
      double[] uses = new double[limits.length];
      Arrays.fill(uses, Double.POSITIVE_INFINITY);
      for (Option option : options) {
        price = Math.min(price, priced(option, multipliers));
        for (int r = 0; r < uses.length; r++) {
          uses[r] = Math.min(uses[r], option.uses()[r]);
        }
      }
      cheapest[depth] = cheapest[depth + 1] + price;
      for (int r = 0; r < uses.length; r++) {
        least[depth][r] = least[depth + 1][r] + uses[r];
      }
    }
  }

  /** Depth first, the most promising option first; false where the search was cut short. */
  private boolean search(int depth, double cost, double[] used, int[] choice) {
    if (++nodes > MAX_NODES) {
      return false;
    }
    if (depth == order.length) {
      offer(choice, excess(choice));
      return true;
    }
    List<Option> options = groups.get(order[depth]);
    List<Integer> promising = new ArrayList<>(IntStream.range(0, options.size()).boxed().toList());
    promising.sort(Comparator.comparingDouble(o -> priced(options.get(o), multipliers)));
    boolean complete = true;
    for (int o : promising) {
      Option option = options.get(o);
      double[] now = used.clone();
      for (int r = 0; r < now.length; r++) {
        now[r] += option.uses()[r];
      }
      if (mayHold(depth + 1, now) && bound(depth + 1, cost + option.cost(), now) < bestCost) {
        choice[order[depth]] = o;
        complete &= search(depth + 1, cost + option.cost(), now, choice);
      }
    }
    return complete;
  }

  private boolean mayHold(int depth, double[] used) {
    for (int r = 0; r < used.length; r++) {
      double slack = TOLERANCE * Math.max(1, Math.abs(limits[r]));
      if (used[r] + least[depth][r] > limits[r] + slack) {
        return false;
      }
    }
    return true;
  }

  private double bound(int depth, double cost, double[] used) {
    double bound = cost + cheapest[depth];
    for (int r = 0; r < used.length; r++) {
      bound += multipliers[r] * (used[r] - limits[r]);
    }
    return bound * (1 + (bound > 0 ? TOLERANCE : -TOLERANCE));
  }
}
