package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How the recipe to use is found.
 *
 * @param strategy Ordered unless given
 * @param maxTrials how many recipes are built at most; {@value #MOST_TRIALS} unless given
 * @param objective what makes a variant the best, with strategy Pareto only; Size unless given
 * @param ratios shares to remove: each recipe with a step prune or factorize is tried with each of
 *     them instead of its own
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Search(
    SearchStrategy strategy, Integer maxTrials, SearchObjective objective, List<String> ratios) {

  /** So many trials are told in a status. */
  public static final int MOST_TRIALS = 16;

  /** In order, without a limit of its own. */
  public static final Search ORDERED = new Search(null, null, null, null);

  public Search {
    strategy = strategy == null ? SearchStrategy.ORDERED : strategy;
    maxTrials = maxTrials == null ? MOST_TRIALS : maxTrials;
    ratios = ratios == null ? List.of() : List.copyOf(ratios);
    if (maxTrials < 1 || maxTrials > MOST_TRIALS) {
      throw new IllegalArgumentException(
          "search.maxTrials is " + maxTrials + ": give a number from 1 to " + MOST_TRIALS);
    }
    if (strategy == SearchStrategy.ORDERED && objective != null) {
      throw new IllegalArgumentException(
          "search.objective applies to strategy Pareto only: remove it or set strategy: Pareto");
    }
    objective =
        strategy == SearchStrategy.PARETO && objective == null ? SearchObjective.SIZE : objective;
  }

  /** The recipes with each ratio, in the order in which they are tried. */
  public List<Recipe> expand(List<Recipe> recipes) {
    List<Recipe> expanded = new ArrayList<>();
    for (Recipe recipe : recipes) {
      if (ratios.isEmpty() || recipe.steps().stream().noneMatch(Search::removesShare)) {
        expanded.add(recipe);
      } else {
        ratios.forEach(ratio -> expanded.add(withRatio(recipe, ratio)));
      }
    }
    return expanded;
  }

  private static Recipe withRatio(Recipe recipe, String ratio) {
    List<Step> steps = recipe.steps().stream().map(step -> withRatio(step, ratio)).toList();
    String suffix = "-" + ratio.replace("%", "").replace('.', '-');
    int room = Recipe.MAX_NAME - suffix.length();
    String name = recipe.name().substring(0, Math.min(room, recipe.name().length()));
    return new Recipe(name + suffix, steps);
  }

  private static boolean removesShare(Step step) {
    return (step instanceof Step.Prune prune && prune.pattern() == null)
        || step instanceof Step.Factorize;
  }

  private static Step withRatio(Step step, String ratio) {
    return switch (step) {
      case Step.Prune prune when prune.pattern() == null ->
          new Step.Prune(
              prune.method(),
              ratio,
              null,
              null,
              prune.alignment(),
              prune.importance(),
              prune.repair());
      case Step.Factorize factorize ->
          new Step.Factorize(ratio, null, factorize.alignment(), factorize.repair());
      default -> step;
    };
  }

  /** The better trial first. */
  public Comparator<Trial> preference() {
    return switch (objective) {
      case SIZE -> Comparator.comparingLong(Trial::size);
      case LATENCY ->
          Comparator.comparingDouble(
              trial -> trial.latency() == null ? Double.MAX_VALUE : trial.latency().p50Millis());
      case ACCURACY ->
          Comparator.comparingDouble(
              trial -> trial.accuracy() == null ? Double.MAX_VALUE : trial.accuracy().drop());
    };
  }
}
