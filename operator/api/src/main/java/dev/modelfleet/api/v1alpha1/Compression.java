package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;

/** How a model may be compressed: by a policy object or by a policy written in place. */
@ApiObject
@ValidationRule(
    value = "has(self.policyRef) != has(self.inline)",
    message =
        """
        exactly one of policyRef and inline is needed: name a CompressionPolicy in policyRef or \
        write one under inline; leave compression out to serve the original\
        """)
public record Compression(
    @JsonPropertyDescription(
            """
            A CompressionPolicy in the same namespace. A change of it is taken up by every \
            ModelDeployment that names it.\
            """)
        LocalReference policyRef,
    @JsonPropertyDescription("A policy written in place, as in CompressionPolicy.spec.")
        CompressionPolicySpec inline) {}
