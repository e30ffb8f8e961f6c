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
   */
  record Underway(Instant progressTime, Instant deadline) implements RolloutState {}

  /** The spec says to stand still. */
  record Paused() implements RolloutState {}

  /** Every target serves the revision. */
  record Complete() implements RolloutState {}

  /** Some targets serve the revision; the others have no variant that may be served. */
  record Blocked() implements RolloutState {}

  /** Pods made no progress for too long and there is nothing to go back to. */
  record Exceeded(String message) implements RolloutState {}

  /** The revision was given up; the last good one is served. */
  record RolledBack(String message) implements RolloutState {}
}
