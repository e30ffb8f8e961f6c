package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What is used when no recipe passes its gates. */
public enum Fallback {
  /** Nothing: the variant is rejected. */
  @JsonProperty("Reject")
  REJECT,

  /** The original model, unchanged, provided that it fits the size and latency gates. */
  @JsonProperty("Original")
  ORIGINAL
}
