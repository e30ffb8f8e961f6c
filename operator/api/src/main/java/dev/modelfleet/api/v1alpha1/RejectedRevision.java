package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A revision that is not tried again. */
@ApiObject
public record RejectedRevision(
    @Required @Size(max = 64) @JsonPropertyDescription("The revision.") String revision,
    @Required
        @Size(max = 128)
        @JsonPropertyDescription("Why, as one word for programs. Example: VariantRejected")
        String reason,
    @Size(max = 4096) @JsonPropertyDescription("Why, in a sentence for people, with figures.")
        String message,
    @Size(max = 35)
        @JsonPropertyDescription(
            """
            When it was rejected, as RFC 3339: a retry has to be newer. Example: \
            2026-01-31T12:00:00Z\
            """)
        String time) {}
