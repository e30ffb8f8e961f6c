package dev.modelfleet.operator.rollout.decide;

import dev.modelfleet.api.v1alpha1.WavePhase;
import java.util.List;

/**
 * Where a wave stands.
 *
 * @param policy of the wave
 * @param members its units
 * @param phase where it stands
 * @param start when it began, as RFC 3339; null before
 * @param soakUntil when its soak ends, as RFC 3339; null without one
 */
record WaveState(
    WavePolicy policy, List<Unit> members, WavePhase phase, String start, String soakUntil) {

  /** Complete, or without a unit that could hold the rollout up. */
  boolean passable() {
    return phase == WavePhase.COMPLETE
        || (phase != WavePhase.FAILED
            && members.stream().noneMatch(u -> u.reachable() && u.eligible()));
  }
}
