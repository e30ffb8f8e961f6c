package dev.modelfleet.operator.rollout.decide;

import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions.Reason;
import dev.modelfleet.api.v1alpha1.WavePhase;
import dev.modelfleet.api.v1alpha1.WaveStatus;
import dev.modelfleet.operator.rollout.decide.RolloutPlan.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Where each wave of an update stands. */
final class Waves {

  private static final Set<WavePhase> GATES =
      EnumSet.of(WavePhase.SOAKING, WavePhase.ANALYZING, WavePhase.AWAITING_PROMOTION);

  private final RolloutFacts facts;
  private final Membership membership;
  private final Instant now;
  private final WaveAnalysis analysis;
  private final List<WaveStatus> memory;
  private final List<WaveState> states = new ArrayList<>();
  private final List<WaveState> known;

  Waves(RolloutFacts facts, Membership membership, Instant now) {
    this.facts = facts;
    this.membership = membership;
    this.now = now.truncatedTo(ChronoUnit.SECONDS);
    List<WavePolicy> policies = facts.policy().waves();
    List<List<Unit>> members = new ArrayList<>();
    policies.forEach(policy -> members.add(new ArrayList<>()));
    facts.units().forEach(unit -> members.get(membership.wave(unit)).add(unit));
    this.analysis = new WaveAnalysis(facts.judgement());
    this.memory = forgetting(members);
    boolean open = true;
    for (int w = 0; w < policies.size(); w++) {
      WaveState state = state(policies.get(w), members.get(w), open);
      states.add(state);
      open = open && state.passable();
    }
    this.known = known();
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
    WaveState state = states.get(wave);
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
              String name = state.policy().name();
              if (failedByAnalysis(state)) {
                return new Verdict.Failed(
                    name, Reason.ANALYSIS_FAILED, "wave " + name + ": " + message(state));
              }
              Unit first = failures(state.members()).getFirst();
              return new Verdict.Failed(
                  name,
                  first.failure(facts.update()).reason(),
                  "wave " + name + ": " + WaveReport.message(facts, state));
            });
  }

  /** The gate at which the rollout stands. */
  Optional<Verdict> gate() {
    return gates().stream()
        .findFirst()
        .map(
            wave -> {
              String name = wave.policy().name();
              return switch (wave.phase()) {
                case SOAKING -> new Verdict.Soaking(name, Instant.parse(wave.soakUntil()));
                case ANALYZING -> new Verdict.Analyzing(name, message(wave));
                default -> new Verdict.AwaitingPromotion(name);
              };
            });
  }

  /** When the first soak ends. */
  Optional<Instant> soakEnd() {
    return gates().stream()
        .filter(wave -> wave.phase() == WavePhase.SOAKING)
        .map(wave -> Instant.parse(wave.soakUntil()))
        .min(Instant::compareTo);
  }

  private List<WaveState> gates() {
    return known.stream().filter(wave -> GATES.contains(wave.phase())).toList();
  }

  /** Whether a wave is held or fails by what is measured, whatever its units say. */
  boolean analyzed(WaveState wave) {
    return wave.phase() == WavePhase.ANALYZING || failedByAnalysis(wave);
  }

  /** Why it is held or fails. */
  String message(WaveState wave) {
    return analysis.message(remembered(wave.policy()).orElse(null));
  }

  private boolean failedByAnalysis(WaveState wave) {
    return facts.inWaves()
        && wave.phase() == WavePhase.FAILED
        && !fails(wave.policy(), wave.members());
  }

  /** The waves that are told of: none where nothing is replaced. */
  private List<WaveState> known() {
    boolean nothing = facts.current() == null || (facts.memory().isEmpty() && !facts.inWaves());
    return nothing
        ? List.of()
        : states.stream().filter(state -> !state.members().isEmpty()).toList();
  }

  /**
   * Statuses to report.
   *
   * @param told what units are told now, by their ids
   */
  List<WaveStatus> statuses(Map<String, String> told) {
    WaveReport report = new WaveReport(facts, this, told);
    return known.stream()
        .map(state -> report.status(state, remembered(state.policy()).orElse(null)))
        .toList();
  }

  private WaveState state(WavePolicy policy, List<Unit> members, boolean open) {
    WaveStatus before = remembered(policy).orElse(null);
    if (!facts.inWaves()) {
      return new WaveState(
          policy, members, over(members, before), start(before), soakUntil(before));
    }
    boolean done = before != null && before.phase() == WavePhase.COMPLETE;
    boolean failed = fails(policy, members) || (!done && analysis.fails(before));
    if (started(before) && failed) {
      return new WaveState(policy, members, WavePhase.FAILED, start(before), soakUntil(before));
    }
    if (done) {
      return new WaveState(policy, members, WavePhase.COMPLETE, start(before), soakUntil(before));
    }
    List<Unit> counted = members.stream().filter(u -> u.reachable() && u.eligible()).toList();
    if (!open || counted.isEmpty()) {
      return new WaveState(policy, members, WavePhase.PENDING, null, null);
    }
    String start = started(before) ? before.startTime() : now.toString();
    boolean verified = counted.stream().allMatch(this::decided);
    return verified
        ? gated(policy, members, start, before)
        : new WaveState(policy, members, WavePhase.ROLLING_OUT, start, null);
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
    boolean over = failed && !fails && !analysis.stands(facts.memory());
    return facts.inWaves() && over ? List.of() : facts.memory();
  }

  private boolean failing(Unit unit) {
    return unit.reachable() && unit.failure(facts.update()) != null;
  }

  /** A wave whose units are all verified, or failed within the budget. */
  private WaveState gated(WavePolicy policy, List<Unit> members, String start, WaveStatus before) {
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
    if (phase == WavePhase.COMPLETE && !released && !analysis.passes(judgedFrom(members, until))) {
      return new WaveState(policy, members, WavePhase.ANALYZING, start, until);
    }
    return new WaveState(policy, members, phase, start, released ? soakUntil(before) : until);
  }

  /** From when on answers tell of all units of a wave, and of the end of its soak. */
  private Instant judgedFrom(List<Unit> members, String soakUntil) {
    Instant soaked = soakUntil == null ? Instant.MIN : Instant.parse(soakUntil);
    return members.stream()
        .filter(unit -> unit.reachable() && verified(unit, facts.update()))
        .flatMap(unit -> verifiedAt(unit).stream())
        .reduce(soaked, (a, b) -> a.isAfter(b) ? a : b);
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
    return states.subList(0, last + 1).stream().allMatch(WaveState::passable);
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

  private Optional<WaveStatus> remembered(WavePolicy policy) {
    return memory.stream().filter(wave -> wave.name().equals(policy.name())).findFirst();
  }

  private static int count(List<Unit> units, Predicate<Unit> what) {
    return (int) units.stream().filter(what).count();
  }
}
