package dev.modelfleet.operator.rollout.decide;

import dev.modelfleet.api.v1alpha1.WaveStatus;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What is known of a rollout.
 *
 * @param policy how it is to go
 * @param units of the fleet
 * @param update revision that is to be everywhere
 * @param current last revision that was everywhere; null for none
 * @param rejected revisions that must not stay anywhere where there is something to go back to
 * @param memory statuses of the waves of this update, as last reported; empty before the first
 * @param paused whether nothing may be replaced
 * @param gated whether waves pause and soak
 * @param promotions what was promoted
 * @param judgement what is measured of the update beside its units
 */
public record RolloutFacts(
    RolloutPolicy policy,
    List<Unit> units,
    String update,
    String current,
    Set<String> rejected,
    List<WaveStatus> memory,
    boolean paused,
    boolean gated,
    Promotions promotions,
    Judgement judgement) {

  public RolloutFacts {
    units = List.copyOf(units);
    rejected = Set.copyOf(rejected);
    memory = List.copyOf(memory);
  }

  /**
   * The same after the update was rejected.
   *
   * @param waves as they are when it is
   */
  RolloutFacts rejecting(List<WaveStatus> waves) {
    Set<String> all = new HashSet<>(rejected);
    all.add(update);
    return new RolloutFacts(
        policy, units, update, current, all, waves, paused, gated, promotions, judgement);
  }

  /** Whether the update was rejected and there is something to go back to. */
  boolean goingBack() {
    return current != null && !current.equals(update) && rejected.contains(update);
  }

  /** The revision that is to be everywhere in the end. */
  String goal() {
    return goingBack() ? current : update;
  }

  /** Whether there is something that waves protect. */
  boolean inWaves() {
    return current != null && !current.equals(update) && !goingBack();
  }

  /**
   * Which gates are open.
   *
   * @param all whether all of them are
   * @param wave name of the one wave whose gate is open; null for none
   */
  public record Promotions(boolean all, String wave) {

    /** Nothing was promoted. */
    public static final Promotions NONE = new Promotions(false, null);

    boolean of(String name) {
      return all || name.equals(wave);
    }
  }
}
