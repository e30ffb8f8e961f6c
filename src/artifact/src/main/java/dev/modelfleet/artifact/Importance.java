package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a prune step judges what matters least. */
public enum Importance {
  /** Sum of the absolute weights. */
  @JsonProperty("L1")
  L1,

  /** Root of the sum of the squared weights. */
  @JsonProperty("L2")
  L2,

  /** Weights together with the activations that they multiply on the calibration data. */
  @JsonProperty("Activation")
  ACTIVATION
}
