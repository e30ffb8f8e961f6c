package dev.modelfleet.compression.mixed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Choices under a budget, beside the best that trying all finds. */
class BudgetChoiceTest {

  @Test
  void choicesAreNearlyTheBestThereAre() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      List<List<BudgetChoice.Option>> layers = new ArrayList<>();
      for (int l = 0; l < 4; l++) {
        List<BudgetChoice.Option> options = new ArrayList<>();
        options.add(new BudgetChoice.Option(0, 0, 0));
        double loss = 0;
        for (int o = 1; o < 5; o++) {
          loss += random.nextDouble();
          options.add(new BudgetChoice.Option(5 - o, loss, o * 10L));
        }
        layers.add(options);
      }
      long needed = random.nextInt(1, 160);
      List<BudgetChoice.Option> chosen = BudgetChoice.solve(layers, needed).orElseThrow();
      double loss = chosen.stream().mapToDouble(BudgetChoice.Option::loss).sum();
      assertThat(BudgetChoice.saved(chosen)).isGreaterThanOrEqualTo(needed);
      assertThat(loss).isLessThanOrEqualTo(best(layers, 0, needed) + 1);
      assertThat(BudgetChoice.solve(layers, 161)).isEmpty();
    }
  }

  private static double best(List<List<BudgetChoice.Option>> layers, int from, long needed) {
    if (from == layers.size()) {
      return needed <= 0 ? 0 : Double.POSITIVE_INFINITY;
    }
    double best = Double.POSITIVE_INFINITY;
    for (BudgetChoice.Option option : layers.get(from)) {
      best = Math.min(best, option.loss() + best(layers, from + 1, needed - option.saved()));
    }
    return best;
  }
}
