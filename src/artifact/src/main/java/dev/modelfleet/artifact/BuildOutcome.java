package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What came of a build. */
public enum BuildOutcome {
  /** A variant passed its gates and is in the registry. */
  @JsonProperty("Published")
  PUBLISHED,

  /** Every recipe was tried and none passed. */
  @JsonProperty("Rejected")
  REJECTED,

  /** The build itself could not be done. */
  @JsonProperty("Failed")
  FAILED
}
