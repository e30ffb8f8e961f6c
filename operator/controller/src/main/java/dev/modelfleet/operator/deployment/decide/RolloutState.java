package dev.modelfleet.operator.deployment.decide;

import java.time.Instant;

/** Where the rollout of the spec's revision stands. */
public sealed interface RolloutState {

  /** What the spec names is not all there; what is served stays. */
  record Unresolved(References.Unresolved references) implements RolloutState {}

  /** The spec can't be carried out as it is written; what is served stays. */
  record NotAccepted(String reason, String message) implements RolloutState {}

  /** No target has a new variant to roll out yet. */
  record Building() implements RolloutState {}

  /**
   * Pods are being replaced.
   *
   * @param progressTime when they last made progress
   * @param deadline when that is too long ago
   * @param trouble what the first failed pod says, to be added to a sentence; empty for nothing
   */
  record Underway(Instant progressTime, Instant deadline, String trouble) implements RolloutState {}

  /**
   * Someone says to stand still.
   *
   * @param message says how to let it go on
   */
  record Paused(String message) implements RolloutState {}

  /**
   * A wave is verified and serves for a while before the next one begins.
   *
   * @param wave its name
   * @param until when that ends
   */
  record Soaking(String wave, Instant until) implements RolloutState {}

  /**
   * A wave is verified, but a query that it is judged by has no answer that decides.
   *
   * @param wave its name
   * @param message which query, and why
   */
  record Analyzing(String wave, String message) implements RolloutState {}

  /**
   * A wave is verified and someone has to promote it before the next one begins.
   *
   * @param wave its name
   * @param message says how to promote it
   */
  record AwaitingPromotion(String wave, String message) implements RolloutState {}

  /** Some targets have nothing to run on, the others serve the revision. */
  record Placeless(NoPlace why) implements RolloutState {}

  /** Every target serves the revision. */
  record Complete() implements RolloutState {}

  /** Some targets serve the revision; the others have no variant that may be served. */
  record Blocked() implements RolloutState {}

  /**
   * The revision fails, or its pods made no progress for too long, and there is nothing to go back
   * to or going back is not wanted.
   */
  record Exceeded(String reason, String message) implements RolloutState {}

  /**
   * The revision was given up for the last good one.
   *
   * @param back whether that one is served everywhere again
   * @param deadline until when it should be; no later than {@code now} where that is over
   */
  record RolledBack(String reason, String message, boolean back, Instant deadline)
      implements RolloutState {

    /** Whether it is not back yet and there is still time for it. */
    public boolean goesBack(Instant now) {
      return !back && now.isBefore(deadline);
    }
  }
}
