package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a prune step takes away. */
public enum PruningMethod {
  /** Channels, attention heads and hidden units with all that belongs to them. */
  @JsonProperty("Channel")
  CHANNEL,

  /** Whole residual blocks. */
  @JsonProperty("Layer")
  LAYER,

  /** Single weights, which become zero. */
  @JsonProperty("Magnitude")
  MAGNITUDE
}
