package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where a ModelDeployment stands, in a word. */
public enum DeploymentPhase {
  /** Something that it refers to is missing or not accepted. */
  @JsonProperty("Pending")
  PENDING,

  /** A variant is being built or proven. */
  @JsonProperty("Building")
  BUILDING,

  /** Pods are being replaced. */
  @JsonProperty("RollingOut")
  ROLLING_OUT,

  /** The rollout stands still because the spec says so. */
  @JsonProperty("Paused")
  PAUSED,

  /** Every target serves the revision of the spec. */
  @JsonProperty("Healthy")
  HEALTHY,

  /** A target can't serve the revision of the spec; what served before still does. */
  @JsonProperty("Degraded")
  DEGRADED
}
