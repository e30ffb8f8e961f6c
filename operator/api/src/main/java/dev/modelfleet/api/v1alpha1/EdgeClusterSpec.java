package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

/** How a member cluster is reached. */
@ApiObject
public record EdgeClusterSpec(
    @Required
        @JsonPropertyDescription(
            "Secret that holds a kubeconfig for the cluster; its current context is used.")
        SecretKeyReference kubeconfigSecretRef) {}
