package dev.modelfleet.operator.rollout.decide;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * A device that does what it is told when it can be reached: it starts what it does not run, and
 * stops the rest, before where two do not fit side by side and after where they do.
 */
final class SimulatedUnit {

  /** What runs of a revision. */
  private record Process(Instant readyAt, boolean fails) {}

  private final Unit.Kind kind;
  private final String target;
  private final String name;
  private final boolean surge;
  private final Map<String, Process> processes = new HashMap<>();
  private String told;
  private boolean reachable = true;
  private Unit lastSeen;

  SimulatedUnit(Unit.Kind kind, String target, String name, boolean surge) {
    this.kind = kind;
    this.target = target;
    this.name = name;
    this.surge = surge;
  }

  String id() {
    return target + "/" + kind + "/" + name;
  }

  boolean reachable() {
    return reachable;
  }

  void reachable(boolean now) {
    reachable = now;
  }

  String told() {
    return told;
  }

  void tell(String revision) {
    told = revision;
  }

  /** Lets what is ready fall over; it starts again. */
  void stumble(Instant now) {
    processes.replaceAll((revision, process) -> new Process(now.plusSeconds(5), process.fails()));
  }

  /** What failed works from now on, but for what works nowhere. */
  void repair(Instant now) {
    processes.replaceAll((revision, process) -> new Process(now, revision.equals("bad")));
  }

  /** Does what it was told. */
  void act(Instant now, SimulatedFleet.Quality quality, Random random) {
    if (!reachable || told == null) {
      return;
    }
    if (!surge) {
      processes.keySet().retainAll(java.util.Set.of(told));
    }
    processes.computeIfAbsent(
        told,
        revision ->
            new Process(now.plusSeconds(random.nextInt(30)), quality.fails(revision, name)));
    if (ready(told, now)) {
      processes.keySet().retainAll(java.util.Set.of(told));
    }
  }

  /** The revision that answers. */
  String serves(Instant now) {
    if (ready(told, now)) {
      return told;
    }
    return processes.keySet().stream().filter(r -> ready(r, now)).sorted().findFirst().orElse(null);
  }

  /** What is observed of it; of an unreachable one what was observed last. */
  Unit observed(Instant now, boolean eligible) {
    Unit seen = lastSeen;
    if (reachable || seen == null) {
      seen =
          new Unit(
              kind, target, name, Map.of(), eligible, surge, true, told, serves(now), sight(now));
      lastSeen = seen;
    }
    return new Unit(
        kind,
        target,
        name,
        Map.of(),
        eligible,
        surge,
        reachable,
        told,
        seen.serves(),
        seen.sight());
  }

  private Sight sight(Instant now) {
    Process process = told == null ? null : processes.get(told);
    if (process != null && process.fails() && !now.isBefore(process.readyAt())) {
      return new Sight.Failed("GoldenMismatch", "output 0 differs");
    }
    return ready(told, now) ? new Sight.Ready(process.readyAt()) : new Sight.Starting();
  }

  private boolean ready(String revision, Instant now) {
    Process process = revision == null ? null : processes.get(revision);
    return process != null && !process.fails() && !now.isBefore(process.readyAt());
  }
}
