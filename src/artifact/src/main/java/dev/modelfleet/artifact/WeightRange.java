package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Which integers stand for weights that are multiplied with 8-bit activations. */
public enum WeightRange {
  /** Signed, −127 to 127. */
  @JsonProperty("Full")
  FULL,

  /** Signed, −64 to 64: sums of two products with unsigned activations always fit 16 bits. */
  @JsonProperty("Reduced")
  REDUCED,

  /** Unsigned, 1 to 255 around 128: kernels for them add in 32 bits on every x86 processor. */
  @JsonProperty("Unsigned")
  UNSIGNED
}
