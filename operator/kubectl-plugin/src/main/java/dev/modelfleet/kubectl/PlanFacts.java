package dev.modelfleet.kubectl;

import dev.modelfleet.api.v1alpha1.CompressionPolicySpec;
import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import java.util.Map;

/**
 * What a plan is made from.
 *
 * @param deployment as the file has it
 * @param policy in force; null to serve the original
 * @param targets that it names, by name, from the file or the cluster
 * @param digests what URIs were last resolved to
 * @param variants of the namespace, by name
 * @param nodes number of nodes of each HardwareTarget, by its name
 */
record PlanFacts(
    ModelDeployment deployment,
    CompressionPolicySpec policy,
    Map<String, HardwareTarget> targets,
    Map<String, String> digests,
    Map<String, ModelVariant> variants,
    Map<String, Integer> nodes) {}
