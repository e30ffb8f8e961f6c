package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** One place where a model is served. */
@ApiObject
public record DeploymentTarget(
    @Required
        @Size(min = 1, max = 63)
        @Pattern(Formats.DNS_LABEL)
        @JsonPropertyDescription(
            """
            Name of this target, unique among the targets, a DNS label of at most 63 characters. \
            What serves it is named for the ModelDeployment and this. Example: edge\
            """)
        String name,
    @Required
        @JsonPropertyDescription("The HardwareTarget that says which nodes and devices these are.")
        LocalReference hardwareTargetRef,
    @Min(0)
        @Max(10000)
        @JsonPropertyDescription(
            """
            Number of pods, where the HardwareTarget's placement.mode is Replicas; unless given 1, \
            or what serving.autoscaling makes of it. 0 to 10000. Not to be given with mode PerNode, which runs one pod on each \
            node: condition Accepted then turns False with reason ReplicasNotApplicable.\
            """)
        Integer replicas,
    @JsonPropertyDescription(
            """
            Compute resources of the serving container here, in place of serving.resources. The \
            device's own resource (HardwareTarget device.resourceName) is added by the operator.\
            """)
        ContainerResources resources,
    @JsonPropertyDescription(
            """
            Lets Gateways send requests to this target, by an HTTPRoute with the name of its \
            Service. While a wave of a new revision is a canary, the wave's percent is the weight \
            of the canary's Service, exactly. For placement.mode Replicas in the operator's own \
            cluster; elsewhere condition Accepted turns False with reason RouteNotApplicable, and \
            where the Gateway API's HTTPRoutes are not installed with GatewayApiMissing.\
            """)
        TargetRoute route) {}
