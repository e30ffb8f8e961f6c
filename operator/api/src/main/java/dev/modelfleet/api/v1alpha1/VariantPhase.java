package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where a ModelVariant stands, in a word. */
public enum VariantPhase {
  /** Nothing was started. */
  @JsonProperty("Pending")
  PENDING,

  /** A build Job compresses, proves and publishes. */
  @JsonProperty("Building")
  BUILDING,

  /** A probe Job measures on a node of the target. */
  @JsonProperty("Probing")
  PROBING,

  /** Published and proven: it may be rolled out. */
  @JsonProperty("Ready")
  READY,

  /** No recipe passes the gates. */
  @JsonProperty("Rejected")
  REJECTED,

  /** It can't be built or probed until something changes. */
  @JsonProperty("Failed")
  FAILED
}
