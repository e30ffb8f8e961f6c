package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** How closely a device's outputs follow the builder's on the golden inputs. */
@ApiObject
public record ProofGolden(
    @JsonPropertyDescription("Whether every output is within the tolerance.") boolean agrees,
    @Required
        @Size(max = 32)
        @Pattern(Formats.DECIMAL)
        @JsonPropertyDescription("Smallest cosine over samples and outputs. Example: 0.99998")
        String minCosine,
    @Min(0) @JsonPropertyDescription("Number of samples replayed.") int samples) {}
