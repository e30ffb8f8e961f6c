package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelfleet.artifact.FloatType;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;

/** Conversion to a floating-point type of 16 bits. */
@ApiObject
@ValidationRule(
    value =
        """
        self.precision != 'BF16' || !has(self.keepInputsAndOutputs) || \
        self.keepInputsAndOutputs\
        """,
    fieldPath = ".keepInputsAndOutputs",
    message =
        """
        with precision BF16 only stored weights change, inputs and outputs stay FP32: remove \
        keepInputsAndOutputs or set precision: FP16\
        """)
public record ConvertStep(
    @Required
        @JsonPropertyDescription(
            """
            FP16 for weights and computation, on targets whose precisions list it; BF16 for \
            weights as they are stored, which every target runs: they are expanded when the model \
            is loaded and computed with in FP32.\
            """)
        FloatType precision,
    @Default("true")
        @JsonPropertyDescription(
            """
            Whether the model's inputs and outputs stay FP32, so that clients see no \
            difference.\
            """)
        Boolean keepInputsAndOutputs) {}
