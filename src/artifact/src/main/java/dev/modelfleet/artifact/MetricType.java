package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What accuracy is measured by. */
public enum MetricType {
  /**
   * Mean cosine between the variant's and the original's output vectors; the original scores 1.
   * Needs no labels.
   */
  @JsonProperty("CosineSimilarity")
  COSINE_SIMILARITY,

  /**
   * Fraction of samples on which the variant's highest score is for the same class as the
   * original's; the original scores 1. Needs no labels.
   */
  @JsonProperty("TopOneAgreement")
  TOP_ONE_AGREEMENT,

  /** Fraction of samples whose label is among the k highest scores. Needs labels. */
  @JsonProperty("TopKAccuracy")
  TOP_K_ACCURACY,

  /**
   * Mean squared difference to the original's outputs, relative to the mean square of the
   * original's outputs; the original scores 0. Needs no labels.
   */
  @JsonProperty("MeanSquaredError")
  MEAN_SQUARED_ERROR
}
