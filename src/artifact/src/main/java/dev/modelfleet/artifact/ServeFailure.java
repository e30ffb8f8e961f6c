package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Why a server gives its variant up on this device: written as JSON to the container's termination
 * message, where the operator finds it.
 *
 * @param reason as one word for programs
 * @param message a sentence for people, with figures
 */
public record ServeFailure(Reason reason, String message) {

  /** What a device can have against a variant. */
  public enum Reason {
    /** The device computes something else than the builder, beyond the tolerance. */
    @JsonProperty("GoldenMismatch")
    GOLDEN_MISMATCH("GoldenMismatch"),
    /** Inferences take longer than the target's budget allows. */
    @JsonProperty("LatencyAboveBudget")
    LATENCY_ABOVE_BUDGET("LatencyAboveBudget"),
    /** The variant can't be loaded. */
    @JsonProperty("InvalidModel")
    INVALID_MODEL("InvalidModel");

    private final String word;

    Reason(String word) {
      this.word = word;
    }

    /** The word for programs. */
    public String word() {
      return word;
    }
  }
}
