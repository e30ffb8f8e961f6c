package dev.modelfleet.artifact;

/**
 * Accuracy of a variant against the original on the evaluation set.
 *
 * @param metric what was measured
 * @param original the original's score
 * @param variant the variant's score
 * @param drop loss as a fraction, as {@link Gates#maxAccuracyDrop} defines it
 * @param samples number of samples measured
 */
public record Accuracy(
    MetricType metric, double original, double variant, double drop, int samples) {}
