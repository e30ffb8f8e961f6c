package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

/** How accuracy is measured. */
@ApiObject
public record PolicyEvaluation(
    @Required
        @JsonPropertyDescription(
            "Samples on which the original and each variant are compared; not those of calibration.")
        Dataset dataset,
    @Required @JsonPropertyDescription("What is computed from the outputs.") Metric metric) {}
