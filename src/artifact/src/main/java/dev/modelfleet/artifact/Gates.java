package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What a variant must hold to be used; null means not asked for.
 *
 * @param maxAccuracyDrop largest accepted loss of accuracy against the original, as a fraction: for
 *     metrics where more is better (original − variant) / original, for MeanSquaredError the
 *     relative error itself. The upper end of the loss's confidence interval is what must hold it,
 *     see {@link Evaluation#confidence}
 * @param maxModelSize largest accepted size of the model with its external data, in bytes
 * @param maxLatencyP99Millis largest accepted 99th percentile of the latency of one inference at
 *     batch 1, in milliseconds, measured on the target by the probe
 * @param maxMemory largest accepted resident memory of the process that executes the model, in
 *     bytes, measured on the target by the probe
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Gates(
    Double maxAccuracyDrop, Long maxModelSize, Double maxLatencyP99Millis, Long maxMemory) {}
