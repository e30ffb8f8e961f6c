package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a sequence of token vectors becomes one vector before it is compared. */
public enum Pooling {
  /** The output tensor is compared as it is. */
  @JsonProperty("None")
  NONE,

  /** The mean over the token axis of the vectors that the mask input keeps. */
  @JsonProperty("Mean")
  MEAN
}
