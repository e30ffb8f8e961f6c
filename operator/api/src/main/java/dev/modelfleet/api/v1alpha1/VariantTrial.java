package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelfleet.artifact.TrialOutcome;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Quantity;
import io.soabase.recordbuilder.core.RecordBuilder;

/** One recipe tried by a build. */
@ApiObject
@RecordBuilder
public record VariantTrial(
    @Required
        @Size(min = 1, max = 63)
        @JsonPropertyDescription("Name of the recipe; original for the unchanged model.")
        String recipe,
    @Required
        @JsonPropertyDescription(
            """
            What came of it: Accepted, Passed (another that passed is better), Rejected (missed a gate), Failed (could not be built) or \
            Skipped (not tried).\
            """)
        TrialOutcome outcome,
    @Size(max = 128)
        @JsonPropertyDescription(
            "Why it was not accepted, as one word for programs. Example: AccuracyBelowGate")
        String reason,
    @Size(max = 4096)
        @JsonPropertyDescription("Why, in a sentence for people, with figures and limits.")
        String message,
    @JsonPropertyDescription("Size of what was built. Example: 23M") Quantity size,
    @Size(max = 16) @JsonPropertyDescription("Accuracy lost against the original. Example: 19.4%")
        String accuracyDrop,
    @Size(max = 16)
        @JsonPropertyDescription(
            """
            Upper end of the loss's confidence interval, which maxAccuracyDrop is held against. \
            Example: 0.74%\
            """)
        String accuracyDropUpper,
    @Size(max = 32)
        @JsonPropertyDescription(
            "99th percentile of the latency on the builder, not on the target. Example: 15.2ms")
        String latencyP99,
    @JsonPropertyDescription(
            "True where no other trial is both smaller and more accurate; absent otherwise.")
        Boolean paretoOptimal) {}
