package dev.modelfleet.operator.rollout.decide;

import dev.modelfleet.api.v1alpha1.WavePhase;
import dev.modelfleet.api.v1alpha1.WaveStatus;
import dev.modelfleet.api.v1alpha1.WaveStatusBuilder;
import dev.modelfleet.operator.rollout.decide.RolloutPlan.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Where each wave of an update stands. */
final class Waves {

  private static final int NAMED = 3;
  private static final int MAX_MESSAGE = 512;

  /** A wave with its units and its phase. */
  private record State(
      WavePolicy policy, List<Unit> members, WavePhase phase, String start, String soakUntil) {}

  private final RolloutFacts facts;
  private final Membership membership;
  private final Instant now;
  private final List<WaveStatus> memory;
  private final List<State> states = new ArrayList<>();

  Waves(RolloutFacts facts, Membership membership, Instant now) {
    this.facts = facts;
    this.membership = membership;
    this.now = now.truncatedTo(ChronoUnit.SECONDS);
    List<WavePolicy> policies = facts.policy().waves();
    List<List<Unit>> members = new ArrayList<>();
    policies.forEach(policy -> members.add(new ArrayList<>()));
    facts.units().forEach(unit -> members.get(membership.wave(unit)).add(unit));
    this.memory = forgetting(members);
    boolean open = true;
    for (int w = 0; w < policies.size(); w++) {
      State state = state(policies.get(w), members.get(w), open);
      states.add(state);
      open = open && passable(state);
    }
  }

  /** Whether the turn of a wave has come. */
  boolean open(int wave) {
    return !facts.inWaves() || wave == 0 || passableUpTo(wave - 1);
  }

  /** Index of a unit's wave. */
  int of(Unit unit) {
    return membership.wave(unit);
  }

  /** Whether a unit failed with the update and its wave is complete without it. */
  boolean tolerates(Unit unit) {
    return facts.inWaves()
        && failing(unit)
        && states.get(membership.wave(unit)).phase() == WavePhase.COMPLETE;
  }

  /** Whether every wave is passed. */
  boolean passed() {
    return !facts.inWaves() || passableUpTo(states.size() - 1);
  }

  /** Whether a unit serves a revision and has done so for long enough. */
  boolean verified(Unit unit, String revision) {
    return revision.equals(unit.told())
        && revision.equals(unit.serves())
        && unit.sight() instanceof Sight.Ready(Instant since)
        && !since.plus(minReady(unit)).isAfter(now);
  }

  /** When a ready unit will have been ready for long enough; empty for one that is not ready. */
  Optional<Instant> verifiedAt(Unit unit) {
    return unit.sight() instanceof Sight.Ready(Instant since)
        ? Optional.of(since.plus(minReady(unit)))
        : Optional.empty();
  }

  /** How many units of a wave may be under way. */
  int concurrency(int wave) {
    State state = states.get(wave);
    return state.policy().concurrency().atLeastOne(state.members().size());
  }

  /** Units of a wave. */
  List<Unit> members(int wave) {
    return states.get(wave).members();
  }

  int size() {
    return states.size();
  }

  /** The first wave of which more units failed than may. */
  Optional<Verdict.Failed> failed() {
    return states.stream()
        .filter(state -> state.phase() == WavePhase.FAILED)
        .findFirst()
        .map(
            state -> {
              Unit first = failures(state.members()).getFirst();
              return new Verdict.Failed(
                  state.policy().name(),
                  first.failure(facts.update()).reason(),
                  "wave " + state.policy().name() + ": " + message(state.members()));
            });
  }

  /** Statuses as they are known before anything is told. */
  List<WaveStatus> reported() {
    return statuses(Map.of());
  }

  /**
   * Statuses to report.
   *
   * @param told what units are told now, by their ids
   */
  List<WaveStatus> statuses(Map<String, String> told) {
    if (facts.current() == null || (facts.memory().isEmpty() && !facts.inWaves())) {
      return List.of();
    }
    return states.stream()
        .filter(state -> !state.members().isEmpty())
        .map(state -> status(state, told))
        .toList();
  }

  private State state(WavePolicy policy, List<Unit> members, boolean open) {
    WaveStatus before = remembered(policy).orElse(null);
    if (!facts.inWaves()) {
      return new State(policy, members, over(members, before), start(before), soakUntil(before));
    }
    boolean done = before != null && before.phase() == WavePhase.COMPLETE;
    if (started(before) && fails(policy, members)) {
      return new State(policy, members, WavePhase.FAILED, start(before), soakUntil(before));
    }
    if (done) {
      return new State(policy, members, WavePhase.COMPLETE, start(before), soakUntil(before));
    }
    List<Unit> counted = members.stream().filter(u -> u.reachable() && u.eligible()).toList();
    if (!open || counted.isEmpty()) {
      return new State(policy, members, WavePhase.PENDING, null, null);
    }
    String start = started(before) ? before.startTime() : now.toString();
    boolean verified = counted.stream().allMatch(this::decided);
    return verified
        ? gated(policy, members, start, before)
        : new State(policy, members, WavePhase.ROLLING_OUT, start, null);
  }

  /** A wave of an update that is everywhere, or that was given up. */
  private WavePhase over(List<Unit> members, WaveStatus before) {
    WavePhase phase = before == null ? WavePhase.PENDING : before.phase();
    if (facts.goingBack()) {
      boolean settled = phase == WavePhase.PENDING || phase == WavePhase.COMPLETE;
      return settled ? phase : WavePhase.FAILED;
    }
    boolean caughtUp =
        members.stream().filter(Unit::reachable).allMatch(u -> verified(u, facts.update()))
            && members.stream().anyMatch(Unit::reachable);
    return caughtUp ? WavePhase.COMPLETE : phase;
  }

  /**
   * What the status remembers, unless it is of a failure that is no longer one because someone lets
   * the revision be tried again: then everything begins anew.
   */
  private List<WaveStatus> forgetting(List<List<Unit>> members) {
    boolean failed = facts.memory().stream().anyMatch(w -> w.phase() == WavePhase.FAILED);
    boolean fails = members.stream().flatMap(List::stream).anyMatch(this::failing);
    return facts.inWaves() && failed && !fails ? List.of() : facts.memory();
  }

  private boolean failing(Unit unit) {
    return unit.reachable() && unit.failure(facts.update()) != null;
  }

  /** A wave whose units are all verified, or failed within the budget. */
  private State gated(WavePolicy policy, List<Unit> members, String start, WaveStatus before) {
    boolean released = !facts.gated() || facts.promotions().of(policy.name());
    String until =
        soakUntil(before) != null
            ? soakUntil(before)
            : policy.soak().isZero() ? null : now.plus(policy.soak()).toString();
    boolean soaking = until != null && now.isBefore(Instant.parse(until));
    WavePhase phase =
        released
            ? WavePhase.COMPLETE
            : soaking
                ? WavePhase.SOAKING
                : policy.pause() ? WavePhase.AWAITING_PROMOTION : WavePhase.COMPLETE;
    return new State(policy, members, phase, start, released ? soakUntil(before) : until);
  }

  private boolean decided(Unit unit) {
    return verified(unit, facts.update()) || unit.failure(facts.update()) != null;
  }

  private boolean fails(WavePolicy policy, List<Unit> members) {
    List<Unit> reachable = members.stream().filter(Unit::reachable).toList();
    int failed = failures(members).size();
    int passed = count(reachable, u -> verified(u, facts.update()));
    int allowed = policy.failures().floor(members.size());
    return FailureTest.stops(failed, passed, allowed, members.size())
        || (failed > 0 && showsNothing(reachable));
  }

  /**
   * Whether of some target all units failed: within the budget, but nothing shows that it works.
   */
  private boolean showsNothing(List<Unit> reachable) {
    return reachable.stream()
        .filter(Unit::eligible)
        .collect(Collectors.groupingBy(Unit::target))
        .values()
        .stream()
        .anyMatch(units -> units.stream().allMatch(this::failing));
  }

  private List<Unit> failures(List<Unit> members) {
    return members.stream().filter(this::failing).toList();
  }

  private boolean passableUpTo(int last) {
    return states.subList(0, last + 1).stream().allMatch(Waves::passable);
  }

  /** Complete, or without a unit that could hold the rollout up. */
  private static boolean passable(State state) {
    return state.phase() == WavePhase.COMPLETE
        || (state.phase() != WavePhase.FAILED
            && state.members().stream().noneMatch(u -> u.reachable() && u.eligible()));
  }

  private static boolean started(WaveStatus before) {
    return before != null && before.startTime() != null && before.phase() != WavePhase.PENDING;
  }

  private static String start(WaveStatus before) {
    return before == null ? null : before.startTime();
  }

  private static String soakUntil(WaveStatus before) {
    return before == null ? null : before.soakUntil();
  }

  private Duration minReady(Unit unit) {
    return facts.policy().waves().get(membership.wave(unit)).minReady();
  }

  private WaveStatus status(State state, Map<String, String> told) {
    List<Unit> members = state.members();
    String update = facts.update();
    Predicate<Unit> has = u -> update.equals(told.getOrDefault(u.id(), u.told()));
    List<Unit> failures = failures(members);
    Optional<WaveStatus> given = facts.goingBack() ? remembered(state.policy()) : Optional.empty();
    return WaveStatusBuilder.builder()
        .name(state.policy().name())
        .phase(state.phase())
        .units(members.size())
        .updated(count(members, has))
        .verified(count(members, u -> has.test(u) && u.reachable() && verified(u, update)))
        .failed(given.map(WaveStatus::failed).orElse(failures.size()))
        .unreachable(count(members, u -> !u.reachable()))
        .startTime(state.start())
        .soakUntil(state.soakUntil())
        .message(
            given
                .map(WaveStatus::message)
                .orElseGet(() -> failures.isEmpty() ? null : message(members)))
        .build();
  }

  private Optional<WaveStatus> remembered(WavePolicy policy) {
    return memory.stream().filter(wave -> wave.name().equals(policy.name())).findFirst();
  }

  private static int count(List<Unit> units, Predicate<Unit> what) {
    return (int) units.stream().filter(what).count();
  }

  private String message(List<Unit> members) {
    List<Unit> failures = failures(members);
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
            .formatted(failures.size(), members.size(), facts.update(), first);
    return whole.length() <= MAX_MESSAGE ? whole : whole.substring(0, MAX_MESSAGE - 1) + "…";
  }
}
