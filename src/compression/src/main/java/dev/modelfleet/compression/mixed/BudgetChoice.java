package dev.modelfleet.compression.mixed;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Chooses one option for each layer so that enough is saved and the sum of losses is small:
 * Lagrangian relaxation, whose price of what is saved is found by bisection, and then, with what is
 * saved beyond need, the exchanges that lose less.
 */
public final class BudgetChoice {

  private static final int ROUNDS = 100;

  /**
   * One way to treat a layer.
   *
   * @param level what the option is: a rank, a number of bits; 0 leaves the layer as it is
   * @param loss what is minimized
   * @param saved what has to be enough
   */
  public record Option(int level, double loss, long saved) {}

  private BudgetChoice() {}

  /**
   * The choice, an option for each layer; none where even the smallest ranks do not save enough.
   *
   * @param layers each with at least one option
   */
  public static Optional<List<Option>> solve(List<List<Option>> layers, long needed) {
    double low = 0;
    double high = 1;
    int rounds = 0;
    while (saved(cheapest(layers, high)) < needed && rounds++ < ROUNDS) {
      high *= 4;
    }
    List<Option> enough = cheapest(layers, high);
    if (saved(enough) < needed) {
      return Optional.empty();
    }
    for (int i = 0; i < ROUNDS; i++) {
      double middle = (low + high) / 2;
      List<Option> candidate = cheapest(layers, middle);
      if (saved(candidate) >= needed) {
        enough = candidate;
        high = middle;
      } else {
        low = middle;
      }
    }
    List<Option> chosen = new ArrayList<>(enough);
    while (improve(layers, chosen, saved(chosen) - needed)) {
      // Each exchange loses less than the last choice did: there is an end.
    }
    return Optional.of(chosen);
  }

  /** Sum of what options save. */
  public static long saved(List<Option> options) {
    return options.stream().mapToLong(Option::saved).sum();
  }

  private static List<Option> cheapest(List<List<Option>> layers, double price) {
    List<Option> chosen = new ArrayList<>();
    for (List<Option> options : layers) {
      Option best = options.getFirst();
      for (Option option : options) {
        double value = option.loss() - price * option.saved();
        double least = best.loss() - price * best.saved();
        // Of two that are equal the one that saves more, so that bisection meets what is needed.
        if (value < least || (value == least && option.saved() > best.saved())) {
          best = option;
        }
      }
      chosen.add(best);
    }
    return chosen;
  }

  /** Exchanges the option that loses least for what it gives up; false where none fits. */
  private static boolean improve(List<List<Option>> layers, List<Option> chosen, long slack) {
    double bestGain = 0;
    int bestLayer = -1;
    Option bestOption = null;
    for (int l = 0; l < chosen.size(); l++) {
      Option now = chosen.get(l);
      for (Option option : layers.get(l)) {
        double gain = now.loss() - option.loss();
        if (now.saved() - option.saved() <= slack && gain > bestGain) {
          bestGain = gain;
          bestLayer = l;
          bestOption = option;
        }
      }
    }
    if (bestLayer < 0) {
      return false;
    }
    chosen.set(bestLayer, bestOption);
    return true;
  }
}
