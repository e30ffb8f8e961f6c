package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** Names a Gateway that a route attaches to. */
@ApiObject
public record RouteParent(
    @Required
        @Size(min = 1, max = 253)
        @Pattern(Formats.DNS_SUBDOMAIN)
        @JsonPropertyDescription("Name of the Gateway.")
        String name,
    @Size(min = 1, max = 63)
        @Pattern(Formats.DNS_LABEL)
        @JsonPropertyDescription("Namespace of the Gateway. Absent: that of the ModelDeployment.")
        String namespace,
    @Size(min = 1, max = 253)
        @Pattern(Formats.DNS_SUBDOMAIN)
        @JsonPropertyDescription("Name of one listener of the Gateway. Absent: all of them.")
        String sectionName) {}
