package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** Names an entry of a Secret. */
@ApiObject
public record SecretKeyReference(
    @Required
        @Size(min = 1, max = 63)
        @Pattern(Formats.DNS_LABEL)
        @JsonPropertyDescription("Namespace of the Secret.")
        String namespace,
    @Required
        @Size(min = 1, max = 253)
        @Pattern(Formats.DNS_SUBDOMAIN)
        @JsonPropertyDescription("Name of the Secret.")
        String name,
    @Default("kubeconfig")
        @Size(min = 1, max = 253)
        @Pattern("^[-._a-zA-Z0-9]+$")
        @JsonPropertyDescription("Key of the entry in the Secret's data.")
        String key) {}
