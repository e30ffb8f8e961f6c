package dev.modelfleet.operator.rollout.decide;

import dev.modelfleet.api.v1alpha1.WaveStatus;
import dev.modelfleet.api.v1alpha1.WaveStatusBuilder;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What is reported of a wave: numbers, and the first units that failed. */
final class WaveReport {

  private static final int NAMED = 3;
  private static final int MAX_MESSAGE = 512;

  private final RolloutFacts facts;
  private final Waves waves;
  private final Map<String, String> told;

  /**
   * For the waves of an update.
   *
   * @param told what units are told now, by their ids
   */
  WaveReport(RolloutFacts facts, Waves waves, Map<String, String> told) {
    this.facts = facts;
    this.waves = waves;
    this.told = told;
  }

  /**
   * The status of a wave.
   *
   * @param before what the status remembers of it; null for nothing
   */
  WaveStatus status(WaveState wave, WaveStatus before) {
    List<Unit> members = wave.members();
    int updated = 0;
    int verified = 0;
    int unreachable = 0;
    for (Unit unit : members) {
      boolean has = facts.update().equals(told.getOrDefault(unit.id(), unit.told()));
      updated += has ? 1 : 0;
      verified += has && unit.reachable() && waves.verified(unit, facts.update()) ? 1 : 0;
      unreachable += unit.reachable() ? 0 : 1;
    }
    // What failed is not seen any more while everything goes back.
    boolean remembers = facts.goingBack() && before != null;
    List<Unit> failures = failures(facts, wave);
    String message =
        waves.analyzed(wave)
            ? waves.message(wave)
            : failures.isEmpty() ? null : message(facts, wave);
    return WaveStatusBuilder.builder()
        .name(wave.policy().name())
        .phase(wave.phase())
        .units(members.size())
        .updated(updated)
        .verified(verified)
        .failed(remembers ? before.failed() : (Integer) failures.size())
        .unreachable(unreachable)
        .startTime(wave.start())
        .soakUntil(wave.soakUntil())
        .message(remembers ? before.message() : message)
        .build();
  }

  /** How many units of a wave failed, and why the first ones did. */
  static String message(RolloutFacts facts, WaveState wave) {
    List<Unit> failures = failures(facts, wave);
    String first =
        failures.stream()
            .limit(NAMED)
            .map(
                unit -> {
                  Sight.Failed failed = unit.failure(facts.update());
                  return "%s (target %s) failed: %s: %s"
                      .formatted(unit.name(), unit.target(), failed.reason(), failed.message());
                })
            .collect(Collectors.joining("; "));
    String whole =
        "%d of %d units failed with revision %s: %s"
            .formatted(failures.size(), wave.members().size(), facts.update(), first);
    return whole.length() <= MAX_MESSAGE ? whole : whole.substring(0, MAX_MESSAGE - 1) + "…";
  }

  private static List<Unit> failures(RolloutFacts facts, WaveState wave) {
    return wave.members().stream()
        .filter(unit -> unit.reachable() && unit.failure(facts.update()) != null)
        .toList();
  }
}
