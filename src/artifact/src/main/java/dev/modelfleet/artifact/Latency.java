package dev.modelfleet.artifact;

/**
 * Latency of one inference at batch 1 over the golden inputs.
 *
 * @param p50Millis median, milliseconds
 * @param p99Millis 99th percentile, milliseconds
 * @param iterations number of timed inferences
 */
public record Latency(double p50Millis, double p99Millis, int iterations) {}
