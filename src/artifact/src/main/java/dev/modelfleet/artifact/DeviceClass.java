package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Kind of processor that executes the model. */
public enum DeviceClass {
  /** A general-purpose processor. */
  @JsonProperty("CPU")
  CPU,

  /** A graphics processor. */
  @JsonProperty("GPU")
  GPU
}
