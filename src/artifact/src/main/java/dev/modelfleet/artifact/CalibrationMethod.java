package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How the range of a statically quantized activation is chosen from calibration data. */
public enum CalibrationMethod {
  /** The smallest and largest value seen. */
  @JsonProperty("MinMax")
  MIN_MAX,

  /** The moving averages of each sample's smallest and of its largest value. */
  @JsonProperty("MovingAverage")
  MOVING_AVERAGE,

  /** All but the rarest 0.001 % of the values at each end. */
  @JsonProperty("Percentile")
  PERCENTILE,

  /** The range with the smallest squared error of rounding inside it and clipping outside. */
  @JsonProperty("MeanSquaredError")
  MEAN_SQUARED_ERROR,

  /** The range that loses the least information about the distribution (Kullback-Leibler). */
  @JsonProperty("Entropy")
  ENTROPY
}
