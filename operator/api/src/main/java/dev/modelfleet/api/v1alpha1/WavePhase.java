package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where a wave of a rollout stands, in a word. */
public enum WavePhase {
  /** Its turn has not come. */
  @JsonProperty("Pending")
  PENDING,

  /** Its units take the revision. */
  @JsonProperty("RollingOut")
  ROLLING_OUT,

  /** Its units are verified and serve for a while before the next wave begins. */
  @JsonProperty("Soaking")
  SOAKING,

  /** Its units are verified; a query of spec.rollout.analysis has no answer that decides. */
  @JsonProperty("Analyzing")
  ANALYZING,

  /** Its units are verified; someone has to promote it before the next wave begins. */
  @JsonProperty("AwaitingPromotion")
  AWAITING_PROMOTION,

  /** Its units are verified and its gates are passed. */
  @JsonProperty("Complete")
  COMPLETE,

  /** More of its units failed than may, or the value of a query is out of its bounds. */
  @JsonProperty("Failed")
  FAILED
}
