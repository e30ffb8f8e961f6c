package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;

/** What fits on a device; what is absent is not limited. */
@ApiObject
public record Budget(
    @ValidationRule(
            value = Formats.POSITIVE_QUANTITY,
            message = "modelSize must be a quantity of bytes above zero: for example 25M or 24Mi")
        @JsonPropertyDescription(
            "Largest size of a model with its external data, as it is stored. Example: 25M")
        Quantity modelSize,
    @ValidationRule(
            value = Formats.POSITIVE_QUANTITY,
            message = "memory must be a quantity of bytes above zero: for example 256Mi")
        @JsonPropertyDescription(
            """
            Largest resident memory of the process that executes the model, measured there. \
            Example: 256Mi\
            """)
        Quantity memory,
    @Size(max = 32)
        @Pattern(Formats.DURATION)
        @ValidationRule(
            value = Formats.POSITIVE_DURATION,
            message = "latencyP99 must be above zero: for example 500ms")
        @JsonPropertyDescription(
            """
            Largest 99th percentile of the latency of one inference at batch 1, measured there. \
            Example: 500ms\
            """)
        String latencyP99) {}
