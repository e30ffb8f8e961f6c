package dev.modelfleet.compression.mixed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Choices against those that trying everything finds. */
class KnapsackTest {

  private static List<List<Knapsack.Option>> random(
      SplittableRandom random, int groups, int options, int resources) {
    List<List<Knapsack.Option>> result = new ArrayList<>();
    for (int g = 0; g < groups; g++) {
      List<Knapsack.Option> group = new ArrayList<>();
      double scale = Math.pow(10, random.nextDouble() * 3);
      for (int o = 0; o < options; o++) {
        double[] uses = new double[resources];
        for (int r = 0; r < resources; r++) {
          uses[r] = scale * random.nextDouble() * (options - o);
        }
        group.add(new Knapsack.Option(o == 0 ? 0 : scale * random.nextDouble() * o, uses));
      }
      result.add(group);
    }
    return result;
  }

  private static double bruteForce(
      List<List<Knapsack.Option>> groups, double[] left, int depth, double cost) {
    for (double room : left) {
      if (room < 0) {
        return Double.POSITIVE_INFINITY;
      }
    }
    if (depth == groups.size()) {
      return cost;
    }
    double best = Double.POSITIVE_INFINITY;
    for (Knapsack.Option option : groups.get(depth)) {
      double[] room = left.clone();
      for (int r = 0; r < room.length; r++) {
        room[r] -= option.uses()[r];
      }
      best = Math.min(best, bruteForce(groups, room, depth + 1, cost + option.cost()));
    }
    return best;
  }

  private static double[] limits(List<List<Knapsack.Option>> groups, int resources, double share) {
    double[] limits = new double[resources];
    for (List<Knapsack.Option> group : groups) {
      for (int r = 0; r < resources; r++) {
        limits[r] += share * group.getFirst().uses()[r];
      }
    }
    return limits;
  }

  @ParameterizedTest
  @CsvSource({"1, 0.3", "1, 0.6", "1, 0.9", "2, 0.4", "2, 0.7", "3, 0.6"})
  void findsWhatTryingEverythingFinds(int resources, double share) {
    SplittableRandom random = new SplittableRandom(resources + (long) (100 * share));
    for (int repetition = 0; repetition < 25; repetition++) {
      List<List<Knapsack.Option>> groups = random(random, 7, 4, resources);
      double[] limits = limits(groups, resources, share);
      double expected = bruteForce(groups, limits, 0, 0);

      Optional<Knapsack.Solution> found = Knapsack.solve(groups, limits);

      assertThat(found.isPresent()).isEqualTo(Double.isFinite(expected));
      found.ifPresent(
          solution -> {
            assertThat(solution.cost()).isCloseTo(expected, within(1e-9 * (1 + expected)));
            assertThat(solution.gap()).isZero();
          });
    }
  }

  @Test
  void manyLayersAreChosenWithinASmallProvenDistance() {
    List<List<Knapsack.Option>> groups = random(new SplittableRandom(8), 200, 4, 2);
    double[] limits = limits(groups, 2, 0.5);

    Knapsack.Solution solution = Knapsack.solve(groups, limits).orElseThrow();

    for (int r = 0; r < 2; r++) {
      double used = 0;
      for (int g = 0; g < groups.size(); g++) {
        used += groups.get(g).get(solution.options()[g]).uses()[r];
      }
      assertThat(used).isLessThanOrEqualTo(limits[r] * (1 + 1e-9));
    }
    assertThat(solution.gap()).isLessThan(0.01);
  }

  @Test
  void theImpossibleIsSaid() {
    List<List<Knapsack.Option>> groups = List.of(List.of(new Knapsack.Option(1, new double[] {5})));
    assertThat(Knapsack.solve(groups, new double[] {4})).isEmpty();
    assertThat(Knapsack.solve(groups, new double[] {5})).isPresent();
  }
}
