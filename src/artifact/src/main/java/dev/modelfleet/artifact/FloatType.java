package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A floating-point type of 16 bits that a model can be converted to. */
public enum FloatType {
  /** IEEE 754 half precision: 11 significant bits, up to 65504; stored and computed. */
  @JsonProperty("FP16")
  FP16,

  /**
   * The upper half of FP32: 8 significant bits and FP32's range. Weights are stored so and expanded
   * when the model is loaded; computed in FP32.
   */
  @JsonProperty("BF16")
  BF16
}
