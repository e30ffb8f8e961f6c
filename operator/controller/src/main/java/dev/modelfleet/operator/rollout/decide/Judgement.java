package dev.modelfleet.operator.rollout.decide;

import java.time.Instant;

/** What is measured of an update beside its units, by queries for instance. */
public sealed interface Judgement {

  /** Nothing is measured. */
  record Unasked() implements Judgement {}

  /**
   * Everything is within its bounds.
   *
   * @param time when that was last asked
   */
  record Passed(Instant time) implements Judgement {}

  /**
   * Something has no answer, or none that decides.
   *
   * @param message what, and why
   */
  record Open(String message) implements Judgement {}

  /**
   * Something is out of its bounds.
   *
   * @param message what, with the value and the bound
   */
  record OutOfBounds(String message) implements Judgement {}
}
