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
        ContainerResources resources,
    @JsonPropertyDescription(
            """
            Lets a HorizontalPodAutoscaler set the number of pods of each target whose \
            HardwareTarget has placement.mode Replicas and that gives no replicas itself. Where \
            there is no such target, or it lies in member clusters, condition Accepted turns False \
            with reason AutoscalingNotApplicable.\
            """)
        Autoscaling autoscaling) {}
