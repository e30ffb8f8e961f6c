package dev.modelfleet.operator.rollout.decide;

import dev.modelfleet.api.v1alpha1.Rollout;
import dev.modelfleet.api.v1alpha1.Wave;
import java.util.ArrayList;
import java.util.List;

/**
 * How a revision reaches the fleet.
 *
 * @param waves in their order; the last one, rest, takes what no other does
 * @param maxUnavailable units of a target that may be unavailable at once because of the rollout
 */
public record RolloutPolicy(List<WavePolicy> waves, Amount maxUnavailable) {

  private static final Amount ONE = new Amount(1, false);
  private static final int FIRST_SHARE = 500;
  private static final int SECOND_SHARE = 2500;

  public RolloutPolicy {
    waves = List.copyOf(waves);
  }

  /** As the spec has it; null for one that says nothing. */
  public static RolloutPolicy of(Rollout rollout) {
    List<WavePolicy> waves = new ArrayList<>();
    if (rollout == null || rollout.waves().isEmpty()) {
      waves.add(WavePolicy.plain("first", FIRST_SHARE, rollout));
      waves.add(WavePolicy.plain("second", SECOND_SHARE, rollout));
    } else {
      rollout.waves().forEach(wave -> waves.add(WavePolicy.of(wave, rollout)));
    }
    waves.add(WavePolicy.plain(Wave.REST, 0, rollout));
    return new RolloutPolicy(
        waves, Amount.of(rollout == null ? null : rollout.maxUnavailable(), ONE));
  }
}
