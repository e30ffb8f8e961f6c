package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What makes one of several variants that pass the best. */
public enum SearchObjective {
  /** The smallest model. */
  @JsonProperty("Size")
  SIZE,

  /** The shortest median of the latency on the builder. */
  @JsonProperty("Latency")
  LATENCY,

  /** The smallest loss of accuracy. */
  @JsonProperty("Accuracy")
  ACCURACY
}
