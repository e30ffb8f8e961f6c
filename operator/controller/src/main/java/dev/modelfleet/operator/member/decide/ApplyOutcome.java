package dev.modelfleet.operator.member.decide;

/** What came of writing to a member cluster. */
public sealed interface ApplyOutcome {

  /** The cluster holds what was decided. */
  record Applied() implements ApplyOutcome {}

  /**
   * The cluster does not take it.
   *
   * @param reason of condition Applied
   * @param message names the object and, where it helps, the fix
   */
  record Refused(String reason, String message) implements ApplyOutcome {}

  /**
   * The cluster does not answer.
   *
   * @param message one sentence
   */
  record Unreachable(String message) implements ApplyOutcome {}
}
