package dev.modelfleet.operator.rollout.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.RolloutBuilder;
import dev.modelfleet.api.v1alpha1.WaveBuilder;
import dev.modelfleet.api.v1alpha1.WaveSelector;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MembershipTest {

  private static Unit unit(String target, String name, Map<String, String> labels) {
    return new Unit(
        Unit.Kind.NODE, target, name, labels, true, true, true, null, null, new Sight.Starting());
  }

  private static List<Unit> nodes(int number) {
    return IntStream.range(0, number).mapToObj(i -> unit("edge", "node-" + i, Map.of())).toList();
  }

  private static long in(int wave, List<Unit> units, List<WavePolicy> waves) {
    Membership membership = Membership.of(units, waves);
    return units.stream().filter(unit -> membership.wave(unit) == wave).count();
  }

  @Test
  void theDefaultWavesTakeATwentiethAQuarterAndTheRest() {
    List<WavePolicy> waves = RolloutPolicy.of(null).waves();
    List<Unit> nodes = nodes(10_000);

    assertThat(in(0, nodes, waves)).isBetween(450L, 550L);
    assertThat(in(1, nodes, waves)).isBetween(1900L, 2100L);
    assertThat(in(2, nodes, waves)).isBetween(7400L, 7600L);
  }

  @Test
  void aUnitStaysInItsWaveWhenTheFleetGrows() {
    List<WavePolicy> waves = RolloutPolicy.of(null).waves();
    List<Unit> nodes = nodes(1000);
    List<Unit> first = nodes.subList(0, 500);
    Membership before = Membership.of(first, waves);
    Membership after = Membership.of(nodes, waves);

    assertThat(first).allMatch(node -> before.wave(node) == after.wave(node));
  }

  @Test
  void theFirstWaveHasAUnitOfEachTarget() {
    List<Unit> units =
        List.of(unit("a", "n1", Map.of()), unit("a", "n2", Map.of()), unit("b", "n1", Map.of()));
    Membership membership = Membership.of(units, RolloutPolicy.of(null).waves());

    assertThat(units.stream().filter(unit -> membership.wave(unit) == 0).map(Unit::target).toList())
        .containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void theFirstWaveThatTakesAUnitHasIt() {
    List<WavePolicy> waves =
        RolloutPolicy.of(
                RolloutBuilder.builder()
                    .waves(
                        List.of(
                            WaveBuilder.builder()
                                .name("lab")
                                .selector(new WaveSelector(Map.of("site", "lab"), null))
                                .build(),
                            WaveBuilder.builder().name("all").percent("100%").build()))
                    .build())
            .waves();
    Unit lab = unit("a", "n1", Map.of("site", "lab", "x", "y"));
    Unit other = unit("a", "n2", Map.of("site", "shop"));
    Membership membership = Membership.of(List.of(lab, other), waves);

    assertThat(membership.wave(lab)).isZero();
    assertThat(membership.wave(other)).isEqualTo(1);
  }
}
