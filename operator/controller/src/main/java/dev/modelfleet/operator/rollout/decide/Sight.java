package dev.modelfleet.operator.rollout.decide;

import java.time.Instant;

/** How far a unit is with the revision that it was told to serve. */
public sealed interface Sight {

  /** It is not ready with it. */
  record Starting() implements Sight {}

  /**
   * Its golden replay passed and it answers requests.
   *
   * @param since when it became ready
   */
  record Ready(Instant since) implements Sight {}

  /**
   * The revision does not work there.
   *
   * @param reason UpperCamelCase, as in a rejected revision
   * @param message for people, with figures
   */
  record Failed(String reason, String message) implements Sight {}
}
