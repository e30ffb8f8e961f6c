package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How integer quantization treats activations. */
public enum QuantizationScheme {
  /**
   * Activation scales are computed at run time for each request; weights are stored as integers.
   */
  @JsonProperty("Dynamic")
  DYNAMIC,

  /** Activation scales are fixed from calibration data and stored in QDQ form. */
  @JsonProperty("Static")
  STATIC,

  /** Weights are stored as integers and expanded to floating point before use. */
  @JsonProperty("WeightOnly")
  WEIGHT_ONLY,

  /** Weights are stored as indices into codebooks and looked up before use. */
  @JsonProperty("NonUniform")
  NON_UNIFORM
}
