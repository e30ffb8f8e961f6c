package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How the range of a statically quantized activation is chosen from calibration data. */
public enum CalibrationMethod {
  /** The smallest and largest value seen. */
  @JsonProperty("MinMax")
  MIN_MAX
}
