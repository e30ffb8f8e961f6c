package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;

/** The gates of a variant; what is absent is not asked for. */
@ApiObject
public record Constraints(
    @Size(max = 16)
        @Pattern(Formats.PERCENT)
        @JsonPropertyDescription(
            """
            Largest accepted loss of accuracy against the original, from 0% to 100% with at most \
            four decimals: (original − variant) / original, for MeanSquaredError the relative \
            error itself. It must hold up to the upper end of the confidence interval that \
            evaluation.confidence asks for. Needs evaluation. Example: 1%\
            """)
        String maxAccuracyDrop,
    @ValidationRule(
            value = Formats.POSITIVE_QUANTITY,
            message =
                "maxModelSize must be a quantity of bytes above zero: for example 25M or 24Mi")
        @JsonPropertyDescription(
            "Largest accepted size of the model with its external data. Example: 25M")
        Quantity maxModelSize,
    @Size(max = 32)
        @Pattern(Formats.DURATION)
        @ValidationRule(
            value = Formats.POSITIVE_DURATION,
            message = "maxLatency must be above zero: for example 500ms")
        @JsonPropertyDescription(
            """
            Largest accepted 99th percentile of the latency of one inference at batch 1, measured \
            on a node of the target. Example: 500ms\
            """)
        String maxLatency,
    @ValidationRule(
            value = Formats.POSITIVE_QUANTITY,
            message = "maxMemory must be a quantity of bytes above zero: for example 256Mi")
        @JsonPropertyDescription(
            """
            Largest accepted resident memory of the process that executes the model, measured on \
            a node of the target. Example: 256Mi\
            """)
        Quantity maxMemory) {}
