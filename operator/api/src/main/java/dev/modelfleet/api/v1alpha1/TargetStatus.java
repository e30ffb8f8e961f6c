package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Quantity;
import io.soabase.recordbuilder.core.RecordBuilder;

/** What was last observed of one target of a ModelDeployment. */
@ApiObject
@RecordBuilder
public record TargetStatus(
    @Required
        @Size(min = 1, max = 63)
        @JsonPropertyDescription("Name of the target, as in spec.targets.")
        String name,
    @JsonPropertyDescription(
            """
            Where the target stands: Pending, Building, RollingOut, Paused, Healthy or \
            Degraded.\
            """)
        DeploymentPhase phase,
    @Size(max = 253) @JsonPropertyDescription("The ModelVariant that the target is to serve.")
        String variant,
    @Size(max = 63)
        @JsonPropertyDescription(
            "Recipe that the variant was made by; original for the unchanged model.")
        String recipe,
    @Size(max = 1024)
        @JsonPropertyDescription(
            "OCI reference of what the pods mount. Example: registry.example.com/variants@sha256:…")
        String artifact,
    @Min(0) @JsonPropertyDescription("Number of pods that there should be.") int desired,
    @Min(0) @JsonPropertyDescription("Number of pods with the variant above.") int updated,
    @Min(0) @JsonPropertyDescription("Number of pods that passed their golden self-test.")
        int ready,
    @Min(0) @JsonPropertyDescription("Number of pods that serve, of any variant.") int available,
    @Size(max = 16)
        @JsonPropertyDescription(
            "Accuracy that the variant lost against the original. Example: 0.67%")
        String accuracyDrop,
    @JsonPropertyDescription("Size of the variant's model. Example: 23M") Quantity size,
    @Size(max = 32)
        @JsonPropertyDescription(
            """
            99th percentile of the latency of one inference, measured on a node of the target. \
            Example: 4.6ms\
            """)
        String latencyP99,
    @Size(max = 4096) @JsonPropertyDescription("What is happening, in a sentence for people.")
        String message) {}
