package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

/** Data for static quantization. */
@ApiObject
public record Calibration(
    @Required
        @JsonPropertyDescription(
            """
            Typical inputs, from which activation ranges are taken; a few dozen samples are \
            enough. No labels are needed.\
            """)
        Dataset dataset) {}
