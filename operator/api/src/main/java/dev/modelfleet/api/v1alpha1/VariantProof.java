package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Quantity;
import io.soabase.recordbuilder.core.RecordBuilder;

/** Figures that the gates of a variant were judged on; absent ones were not measured. */
@ApiObject
@RecordBuilder
public record VariantProof(
    @JsonPropertyDescription("Size of the original with its external data. Example: 90.4M")
        Quantity sourceSize,
    @JsonPropertyDescription("Size of the variant with its external data. Example: 23M")
        Quantity size,
    @JsonPropertyDescription("Accuracy against the original on the evaluation set.")
        ProofAccuracy accuracy,
    @JsonPropertyDescription("Latency on a node of the target.") ProofLatency latency,
    @JsonPropertyDescription(
            "Latency of the original on the builder; not comparable with that of the target.")
        ProofLatency originalLatency,
    @JsonPropertyDescription(
            "Largest resident memory of the probe's process on the target. Example: 120Mi")
        Quantity peakMemory,
    @JsonPropertyDescription(
            "Energy of one inference on the target in joules, the device's whole power in that time"
                + " counted; absent where the probe could read no sensor. Example: 12m")
        Quantity energyPerInference,
    @JsonPropertyDescription("Agreement of the target's device with the builder.")
        ProofGolden golden,
    @Size(max = 1024) @JsonPropertyDescription("The device that was measured, in words for people.")
        String device) {}
