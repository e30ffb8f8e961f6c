package dev.modelfleet.operator.analysis.decide;

import java.time.Instant;

/** What came of asking once. */
public sealed interface Measurement {

  /** When it was asked. */
  Instant time();

  /**
   * The query has values.
   *
   * @param lowest of them; never NaN
   * @param highest of them; never NaN
   */
  record Values(Instant time, double lowest, double highest) implements Measurement {}

  /**
   * There is no value to be judged.
   *
   * @param why in a sentence that names the fix, without the query
   */
  record Unanswered(Instant time, String why) implements Measurement {}
}
