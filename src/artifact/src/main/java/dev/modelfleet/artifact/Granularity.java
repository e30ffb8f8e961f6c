package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How many weights share one scale. */
public enum Granularity {
  /** One scale for a whole weight tensor. */
  @JsonProperty("PerTensor")
  PER_TENSOR,

  /** One scale for each output channel of a weight tensor. */
  @JsonProperty("PerChannel")
  PER_CHANNEL,

  /** One scale for each block of weights of an output channel. */
  @JsonProperty("PerBlock")
  PER_BLOCK
}
