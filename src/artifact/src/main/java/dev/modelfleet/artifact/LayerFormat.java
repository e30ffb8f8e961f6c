package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How one layer of a model with mixed precision is stored and computed. */
public enum LayerFormat {
  /** As it was. */
  @JsonProperty("FP32")
  FP32("FP32"),

  /** Weights stored as FP16 and expanded when the model is loaded; computed in FP32. */
  @JsonProperty("FP16Weights")
  FP16_WEIGHTS("FP16Weights"),

  /** Weights stored as BF16 and expanded when the model is loaded; computed in FP32. */
  @JsonProperty("BF16Weights")
  BF16_WEIGHTS("BF16Weights"),

  /** Quantized by the step's scheme: with Dynamic and Static computed in 8-bit integers. */
  @JsonProperty("INT8")
  INT8("INT8"),

  /** Weights stored as 8-bit integers and expanded in each inference; computed in FP32. */
  @JsonProperty("INT8Weights")
  INT8_WEIGHTS("INT8Weights"),

  /** Weights stored in 4-bit blocks of 32 with scales, for MatMul, Gemm and embedding tables. */
  @JsonProperty("INT4Weights")
  INT4_WEIGHTS("INT4Weights");

  private final String label;

  LayerFormat(String label) {
    this.label = label;
  }

  /** The name that recipes use. */
  @Override
  public String toString() {
    return label;
  }
}
