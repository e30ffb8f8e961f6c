package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;

/** One transformation of a recipe: exactly one member is set. */
@ApiObject
@ValidationRule(
    value =
        """
        (has(self.simplify) ? 1 : 0) + (has(self.quantize) ? 1 : 0) + (has(self.convert) ? 1 : 0) \
        == 1\
        """,
    message =
        """
        a step is exactly one of simplify, quantize and convert: give each its own entry in \
        steps\
        """)
public record RecipeStep(
    @JsonPropertyDescription(
            """
            Folds constants and removes what changes nothing, so that later steps see a clean \
            graph. Numerically neutral; no settings: write simplify: {}\
            """)
        SimplifyStep simplify,
    @JsonPropertyDescription("Stores weights, and by scheme computes, in 8-bit integers.")
        QuantizeStep quantize,
    @JsonPropertyDescription("Converts weights and computation to a smaller floating-point type.")
        ConvertStep convert) {}
