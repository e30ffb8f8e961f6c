package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;

/** How the number of pods follows the load. */
@ApiObject
@ValidationRule(
    value = "self.minReplicas <= self.maxReplicas",
    message = "minReplicas must not be above maxReplicas: lower it or raise maxReplicas",
    fieldPath = ".minReplicas")
public record Autoscaling(
    @Default("1")
        @Min(1)
        @Max(10000)
        @JsonPropertyDescription("Smallest number of pods of each target. 1 to 10000.")
        Integer minReplicas,
    @Required
        @Min(1)
        @Max(10000)
        @JsonPropertyDescription("Largest number of pods of each target. 1 to 10000. Example: 8")
        Integer maxReplicas,
    @Default("75")
        @Min(1)
        @Max(100)
        @JsonPropertyDescription(
            """
            Use of the processor that pods are kept near, on average, in percent of the CPU that \
            serving.resources (or the target's own) request. 1 to 100. Example: 75\
            """)
        Integer targetCPUUtilizationPercentage) {}
