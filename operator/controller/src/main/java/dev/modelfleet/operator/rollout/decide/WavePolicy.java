package dev.modelfleet.operator.rollout.decide;

import dev.modelfleet.api.v1alpha1.GoDuration;
import dev.modelfleet.api.v1alpha1.Rollout;
import dev.modelfleet.api.v1alpha1.Wave;
import dev.modelfleet.api.v1alpha1.WaveSelector;
import java.math.BigDecimal;
import java.time.Duration;

/**
 * One wave, with everything that its entry leaves to the rollout filled in.
 *
 * @param name of the wave
 * @param share hundredths of a percent of all units that it and those before it take; 0 for none
 * @param selector labels of its units; null for none
 * @param pause whether the rollout stands still after it until it is promoted
 * @param soak for how long it serves before the next one begins
 * @param concurrency units under way at once
 * @param failures units that may fail
 * @param minReady for how long a unit must be ready to be verified
 */
public record WavePolicy(
    String name,
    int share,
    WaveSelector selector,
    boolean pause,
    Duration soak,
    Amount concurrency,
    Amount failures,
    Duration minReady) {

  private static final Amount TENTH = new Amount(10, true);
  private static final Amount NONE = new Amount(0, false);

  static WavePolicy of(Wave wave, Rollout rollout) {
    WavePolicy common = plain(wave.name(), 0, rollout);
    return new WavePolicy(
        wave.name(),
        wave.percent() == null ? 0 : share(wave.percent()),
        wave.selector(),
        Boolean.TRUE.equals(wave.pause()),
        wave.soak() == null ? Duration.ZERO : GoDuration.parse(wave.soak()),
        Amount.of(wave.maxConcurrency(), common.concurrency()),
        Amount.of(wave.maxFailures(), common.failures()),
        wave.minReadySeconds() == null
            ? common.minReady()
            : Duration.ofSeconds(wave.minReadySeconds()));
  }

  /** A wave without gates of its own. */
  static WavePolicy plain(String name, int share, Rollout rollout) {
    boolean given = rollout != null;
    return new WavePolicy(
        name,
        share,
        null,
        false,
        Duration.ZERO,
        Amount.of(given ? rollout.maxConcurrency() : null, TENTH),
        Amount.of(given ? rollout.maxFailures() : null, NONE),
        Duration.ofSeconds(
            given && rollout.minReadySeconds() != null ? rollout.minReadySeconds() : 0));
  }

  private static int share(String percent) {
    return new BigDecimal(percent.replace("%", "")).movePointRight(2).intValueExact();
  }
}
