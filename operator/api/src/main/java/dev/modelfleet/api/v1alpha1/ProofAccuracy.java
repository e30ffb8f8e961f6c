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
        @Pattern(Formats.SIGNED_PERCENT)
        @JsonPropertyDescription("Loss, as maxAccuracyDrop; negative for a gain. Example: 0.67%")
        String drop,
    @Min(0) @JsonPropertyDescription("Number of samples measured.") int samples,
    @Size(max = 16)
        @Pattern(Formats.SIGNED_PERCENT)
        @JsonPropertyDescription(
            "Smallest plausible loss: the lower end of the confidence interval. Example: 0.61%")
        String dropLower,
    @Size(max = 16)
        @Pattern(Formats.SIGNED_PERCENT)
        @JsonPropertyDescription(
            """
            Largest plausible loss: the upper end of the confidence interval, which \
            maxAccuracyDrop was held against. Example: 0.74%\
            """)
        String dropUpper,
    @Size(max = 16)
        @Pattern(Formats.SIGNED_PERCENT)
        @JsonPropertyDescription(
            "Level of the interval; absent where the measured loss alone was judged. Example: 95%")
        String confidence) {}
