package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelfleet.artifact.MetricType;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** Accuracy of a variant against the original. */
@ApiObject
public record ProofAccuracy(
    @Required @JsonPropertyDescription("What was measured.") MetricType metric,
    @Required
        @Size(max = 32)
        @Pattern(Formats.DECIMAL)
        @JsonPropertyDescription("Score of the original. Example: 1")
        String original,
    @Required
        @Size(max = 32)
        @Pattern(Formats.DECIMAL)
        @JsonPropertyDescription("Score of the variant. Example: 0.9933")
        String variant,
    @Required
        @Size(max = 16)
        @Pattern("^-?[0-9]+(\\.[0-9]+)?%$")
        @JsonPropertyDescription("Loss, as maxAccuracyDrop; negative for a gain. Example: 0.67%")
        String drop,
    @Min(0) @JsonPropertyDescription("Number of samples measured.") int samples) {}
