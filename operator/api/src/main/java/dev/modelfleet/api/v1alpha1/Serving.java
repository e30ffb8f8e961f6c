package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** How pods serve. */
@ApiObject
public record Serving(
    @JsonPropertyDescription(
            """
            Compute resources of the serving container, on every target that does not set its \
            own.\
            """)
        ContainerResources resources) {}
