package dev.modelfleet.operator.rollout.decide;

import dev.modelfleet.api.v1alpha1.WaveStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is done next.
 *
 * @param told revision that each unit is told to serve, by its {@link Unit#id}; a unit that has
 *     nothing to serve is not in it
 * @param verified units, by id, that serve what they are told and have done so for long enough
 * @param settled targets of which every unit that can be reached is verified with what is to be
 *     everywhere, or failed and is tolerated, and no unit waits for its wave
 * @param waves statuses to report, without waves that have no units
 * @param next when the passing of time alone changes something; empty where it does not
 * @param waiting whether all that is left to do is on units that can't be reached
 * @param verdict where the rollout stands
 */
public record RolloutPlan(
    Map<String, String> told,
    Set<String> verified,
    Set<String> settled,
    List<WaveStatus> waves,
    Optional<Instant> next,
    boolean waiting,
    Verdict verdict) {

  public RolloutPlan {
    told = Map.copyOf(told);
    verified = Set.copyOf(verified);
    settled = Set.copyOf(settled);
    waves = List.copyOf(waves);
  }

  /** Where a rollout stands. */
  public sealed interface Verdict {

    /** Units take the revision. */
    record Advancing() implements Verdict {}

    /** Nothing is replaced because someone said so. */
    record Paused() implements Verdict {}

    /**
     * A wave serves for a while before the next one begins.
     *
     * @param until when that ends
     */
    record Soaking(String wave, Instant until) implements Verdict {}

    /** A wave waits for someone to promote it. */
    record AwaitingPromotion(String wave) implements Verdict {}

    /**
     * A wave is passed but for what is measured, which has no answer that decides.
     *
     * @param message what, and why
     */
    record Analyzing(String wave, String message) implements Verdict {}

    /** Every target is settled and every gate is passed. */
    record Complete() implements Verdict {}

    /**
     * The revision has to be given up.
     *
     * @param reason UpperCamelCase
     * @param message names the wave and the first units that failed
     */
    record Failed(String wave, String reason, String message) implements Verdict {}
  }
}
