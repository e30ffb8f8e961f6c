package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** How accuracy is measured. */
@ApiObject
public record PolicyEvaluation(
    @Required
        @JsonPropertyDescription(
            "Samples on which the original and each variant are compared; not those of calibration.")
        Dataset dataset,
    @Required @JsonPropertyDescription("What is computed from the outputs.") Metric metric,
    @Default("95%")
        @Size(max = 16)
        @Pattern("^(0|[5-9][0-9](\\.[0-9]{1,2})?)%$")
        @JsonPropertyDescription(
            """
            Level of the confidence interval of the loss: constraints.maxAccuracyDrop must hold up \
            to the interval's upper end, so that no variant passes by the luck of a small data \
            set. The interval is paired (the same samples through original and variant); it needs \
            10 samples, for accuracies and agreement rather some hundreds. From 50% to 99.99%; 0% \
            judges the measured loss alone. Example: 95%\
            """)
        String confidence) {}
