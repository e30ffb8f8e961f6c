package dev.modelfleet.operator.rollout.decide;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which wave each unit is in: the first one that takes it.
 *
 * <p>A share takes units by a hash of their names. The hash depends on nothing else, so a unit
 * stays in its wave when others come and go. A share that would take no reachable unit of a target
 * takes the one with the lowest hash, because a wave without a device of a target proves nothing
 * for it.
 */
final class Membership {

  private static final int BUCKETS = 10_000;

  /** By the units themselves, of which there is one object each. */
  private final Map<Unit, Integer> waves = new IdentityHashMap<>();

  private final Map<String, Integer> buckets = new HashMap<>();

  private Membership() {}

  static Membership of(List<Unit> units, List<WavePolicy> waves) {
    Membership membership = new Membership();
    units.forEach(unit -> membership.buckets.computeIfAbsent(unit.name(), Membership::hash));
    Map<String, List<Unit>> byTarget = new HashMap<>();
    units.forEach(u -> byTarget.computeIfAbsent(u.target(), t -> new ArrayList<>()).add(u));
    byTarget.values().forEach(members -> membership.assign(members, waves));
    return membership;
  }

  /** Index of the wave of one of the units that were given. */
  int wave(Unit unit) {
    return waves.get(unit);
  }

  /** Where a unit's name stands among all names: 0 to 9999. */
  int bucket(Unit unit) {
    return buckets.get(unit.name());
  }

  /**
   * FNV-1a of the name's UTF-8 bytes (Fowler, Noll, Vo), its bits mixed as MurmurHash3 does at its
   * end (Appleby, fmix64), so that names that differ in a digit are far apart.
   */
  private static int hash(String name) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return (int) Long.remainderUnsigned(hash ^ (hash >>> 33), BUCKETS);
  }

  private void assign(List<Unit> units, List<WavePolicy> waves) {
    List<Unit> left = new ArrayList<>(units);
    left.sort(Comparator.comparingInt(this::bucket).thenComparing(Unit::id));
    for (int w = 0; w < waves.size(); w++) {
      WavePolicy wave = waves.get(w);
      boolean last = w == waves.size() - 1;
      List<Unit> others = new ArrayList<>();
      boolean reached = false;
      for (Unit unit : left) {
        if (last || takes(wave, unit)) {
          this.waves.put(unit, w);
          reached |= unit.reachable();
        } else {
          others.add(unit);
        }
      }
      if (wave.share() > 0 && !reached) {
        Optional<Unit> one = others.stream().filter(u -> hashed(u) && u.reachable()).findFirst();
        one.ifPresent(others::remove);
        int index = w;
        one.ifPresent(unit -> this.waves.put(unit, index));
      }
      left = others;
    }
  }

  private boolean takes(WavePolicy wave, Unit unit) {
    if (!hashed(unit)) {
      return wave.name().equals(unit.name());
    }
    if (wave.selector() == null) {
      return bucket(unit) < wave.share();
    }
    Map<String, String> labels =
        unit.kind() == Unit.Kind.NODE ? wave.selector().nodes() : wave.selector().clusters();
    return !labels.isEmpty() && unit.labels().entrySet().containsAll(labels.entrySet());
  }

  private static boolean hashed(Unit unit) {
    return unit.kind() != Unit.Kind.STEP;
  }
}
