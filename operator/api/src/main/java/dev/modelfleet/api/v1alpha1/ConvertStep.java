package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelfleet.artifact.Precision;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;

/** Conversion to a smaller floating-point type. */
@ApiObject
@ValidationRule(
    value = "self.precision == 'FP16'",
    fieldPath = ".precision",
    message = "the only precision to convert to is FP16: set precision: FP16")
public record ConvertStep(
    @Required @JsonPropertyDescription("Type of weights and computation afterwards: FP16.")
        Precision precision,
    @Default("true")
        @JsonPropertyDescription(
            """
            Whether the model's inputs and outputs stay FP32, so that clients see no \
            difference.\
            """)
        Boolean keepInputsAndOutputs) {}
