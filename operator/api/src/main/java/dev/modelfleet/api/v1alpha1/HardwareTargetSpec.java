package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.soabase.recordbuilder.core.RecordBuilder;

/** A class of devices. */
@ApiObject
@RecordBuilder
@ValidationRule(
    value = "self.engine.executionProvider != 'CUDA' || self.device.class == 'GPU'",
    message =
        "engine.executionProvider CUDA needs a GPU: set device.class: GPU or executionProvider: CPU")
@ValidationRule(
    value = "self.engine.executionProvider != 'OpenVINO' || self.device.class == 'CPU'",
    message =
        "engine.executionProvider OpenVINO computes on processors: set device.class: CPU or another"
            + " executionProvider")
public record HardwareTargetSpec(
    @Required @JsonPropertyDescription("What computes there.") Device device,
    @Required
        @JsonPropertyDescription(
            "What executes the model: it decides the file format and the numerics.")
        Engine engine,
    @Required @JsonPropertyDescription("Which nodes these are, and how pods are put on them.")
        Placement placement,
    @JsonPropertyDescription(
            """
            What fits on such a device: added to the constraints of every policy, the stricter \
            value counts.\
            """)
        Budget budget) {}
