package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A variant in a registry. */
@ApiObject
public record VariantArtifact(
    @Required
        @Size(min = 1, max = 1024)
        @JsonPropertyDescription(
            "OCI reference by digest: what pods mount. Example: registry.example.com/v@sha256:…")
        String reference,
    @Required
        @Size(min = 71, max = 71)
        @Pattern(Formats.DIGEST)
        @JsonPropertyDescription("Digest of the OCI manifest.")
        String digest,
    @Min(0) @JsonPropertyDescription("Bytes of the model with its external data, uncompressed.")
        long size) {}
