package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What came of trying one recipe. */
public enum TrialOutcome {
  /** It passed every gate that the builder can judge. */
  @JsonProperty("Accepted")
  ACCEPTED,

  /** It passed every gate that the builder can judge, and another one that did too was better. */
  @JsonProperty("Passed")
  PASSED,

  /** It was built and missed a gate. */
  @JsonProperty("Rejected")
  REJECTED,

  /** It could not be built. */
  @JsonProperty("Failed")
  FAILED,

  /**
   * It was not tried, because the target cannot run its result or an earlier attempt ruled it out.
   */
  @JsonProperty("Skipped")
  SKIPPED
}
