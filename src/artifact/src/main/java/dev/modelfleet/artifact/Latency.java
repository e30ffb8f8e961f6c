package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * Latency of one inference at batch 1 over the golden inputs.
 *
 * @param p50Millis median, milliseconds
 * @param p90Millis 90th percentile, milliseconds; null where it was not kept
 * @param p99Millis 99th percentile, milliseconds
 * @param iterations number of timed inferences
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Latency(double p50Millis, Double p90Millis, double p99Millis, int iterations) {

  /** Without the 90th percentile. */
  public Latency(double p50Millis, double p99Millis, int iterations) {
    this(p50Millis, null, p99Millis, iterations);
  }
}
