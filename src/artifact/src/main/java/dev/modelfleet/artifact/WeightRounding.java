package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How weights are rounded to integers. */
public enum WeightRounding {
  /** Each to the nearest integer of the whole range of the weights that share its scale. */
  @JsonProperty("Nearest")
  NEAREST,

  /**
   * Half-quadratic quantization: scale and zero point of a block with the smallest sum of {@code
   * |error|^0.7}, which tolerates outliers; needs no data.
   */
  @JsonProperty("HQQ")
  HQQ,

  /**
   * One weight after another, errors made good by the weights that follow, as the Gram matrix of
   * the calibration activations says (Frantar et al. 2022).
   */
  @JsonProperty("GPTQ")
  GPTQ
}
