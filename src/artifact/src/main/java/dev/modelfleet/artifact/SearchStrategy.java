package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How recipes are gone through. */
public enum SearchStrategy {
  /** In their order, until one passes every gate. */
  @JsonProperty("Ordered")
  ORDERED,

  /** All of them; the best by the objective of those that pass is used. */
  @JsonProperty("Pareto")
  PARETO
}
