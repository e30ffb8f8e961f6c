package dev.modelfleet.operator.rollout.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.WaveStatus;
import dev.modelfleet.operator.rollout.decide.RolloutPlan.Verdict;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Devices, a spec and a status, and an operator that knows only what it observes of them. */
final class SimulatedFleet {

  private static final KubernetesSerialization JSON = new KubernetesSerialization();

  private static final int DEADLINE_TICKS = 15;

  /** Where nothing is seen to change, the planner is asked again only now and then. */
  private static final int RETHINK = 4;

  /** How well revisions work on devices. */
  interface Quality {
    boolean fails(String revision, String unit);
  }

  final List<SimulatedUnit> units = new ArrayList<>();
  final Set<String> rejected = new HashSet<>();
  final Set<String> unproven = new HashSet<>();
  final Random random;
  RolloutPolicy policy;
  Quality quality = (revision, unit) -> false;
  Instant now = Instant.parse("2026-01-31T12:00:00Z");
  String update = "r0";
  String current;
  List<WaveStatus> memory = List.of();
  boolean paused;
  RolloutFacts.Promotions promotions = RolloutFacts.Promotions.NONE;
  RolloutStep last;
  Map<String, String> before = Map.of();
  RolloutFacts facts;
  private int standing;
  private int unchanged;

  SimulatedFleet(RolloutPolicy policy, Random random) {
    this.policy = policy;
    this.random = random;
  }

  /** Another revision is asked for. */
  void edit(String revision) {
    if (!revision.equals(update)) {
      update = revision;
      memory = List.of();
    }
  }

  /** The operator observes, decides, and does; then time passes for the devices. */
  void tick(int seconds) {
    RolloutFacts seen = facts();
    if (seen.equals(facts) && last.failure() == null && last.plan().next().isEmpty()) {
      unchanged++;
    } else {
      unchanged = 0;
    }
    facts = seen;
    if (unchanged % RETHINK == 0) {
      RolloutStep step = RolloutPlanner.step(facts, true, now);
      assertThat(unchanged == 0 || step.equals(last))
          .as("time alone changes %s to %s, which it does not say", last, step)
          .isTrue();
      last = step;
    }
    before = new HashMap<>();
    for (SimulatedUnit unit : units) {
      before.put(unit.id(), unit.told());
      unit.tell(last.plan().told().get(unit.id()));
    }
    memory = last.plan().waves();
    current = last.current();
    if (last.failure() != null) {
      rejected.add(update);
    }
    watchTheDeadline();
    now = now.plusSeconds(seconds);
    units.forEach(unit -> unit.act(now, quality, random));
  }

  /** Whether the operator saw what it had seen before, and was told that time changes nothing. */
  boolean seesNothingNew() {
    return unchanged > 0;
  }

  /** As the deadline does: a rollout that goes nowhere is given up. */
  private void watchTheDeadline() {
    boolean advancing = last.plan().verdict() instanceof Verdict.Advancing;
    boolean stands =
        advancing
            && last.plan().next().isEmpty()
            && !last.plan().waiting()
            && last.plan().told().equals(before)
            && facts.inWaves();
    standing = stands ? standing + 1 : 0;
    if (standing > DEADLINE_TICKS) {
      rejected.add(update);
    }
  }

  /** The operator starts anew: what it knows is what was written. */
  void restart() {
    WaveStatus[] read = JSON.unmarshal(JSON.asJson(memory), WaveStatus[].class);
    memory = List.of(read);
    facts = null;
  }

  RolloutFacts facts() {
    boolean eligible = !unproven.contains(update);
    return new RolloutFacts(
        policy,
        units.stream().map(unit -> unit.observed(now, eligible)).toList(),
        update,
        current,
        rejected,
        memory,
        paused,
        true,
        promotions,
        new Judgement.Unasked());
  }

  boolean complete() {
    return last.plan().verdict() instanceof Verdict.Complete;
  }
}
