package dev.modelfleet.operator.rollout.decide;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Lets tests of other packages see which units a wave has. */
public final class WaveMembers {

  private WaveMembers() {}

  /** The units of each wave that has any, by its name. */
  public static Map<String, List<Unit>> of(List<Unit> units, RolloutPolicy policy) {
    Membership membership = Membership.of(units, policy.waves());
    return units.stream()
        .collect(Collectors.groupingBy(u -> policy.waves().get(membership.wave(u)).name()));
  }
}
