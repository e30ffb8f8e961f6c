package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Numeric form of a variant's weights, as a device declares which it runs well. */
public enum Precision {
  /** IEEE 754 single precision: the original. */
  @JsonProperty("FP32")
  FP32,

  /** IEEE 754 half precision. */
  @JsonProperty("FP16")
  FP16,

  /** 8-bit integers with scales. */
  @JsonProperty("INT8")
  INT8,

  /** 4-bit integers with scales, expanded before or within products. */
  @JsonProperty("INT4")
  INT4
}
