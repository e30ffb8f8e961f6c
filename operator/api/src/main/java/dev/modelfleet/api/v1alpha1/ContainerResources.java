package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import java.util.Map;

/** Compute resources of a container. */
@ApiObject
@ValidationRule(
    value =
        """
        (!has(self.requests) || self.requests.all(k, isQuantity(string(self.requests[k])))) && \
        (!has(self.limits) || self.limits.all(k, isQuantity(string(self.limits[k]))))\
        """,
    message = "requests and limits must be quantities: for example cpu: 500m and memory: 256Mi")
@ValidationRule(
    value =
        """
        !has(self.requests) || !has(self.limits) || self.requests.all(k, !(k in self.limits) || \
        !isQuantity(string(self.requests[k])) || !isQuantity(string(self.limits[k])) || \
        quantity(string(self.requests[k])).compareTo(quantity(string(self.limits[k]))) <= 0)\
        """,
    message = "a request is above its limit: lower the request or raise the limit")
public record ContainerResources(
    @Size(max = 16)
        @JsonPropertyDescription(
            """
            What the scheduler reserves for the container, by resource name. At most 16 entries. \
            Example: cpu: 500m, memory: 256Mi\
            """)
        Map<String, Quantity> requests,
    @Size(max = 16)
        @JsonPropertyDescription(
            """
            What the container may use at most, by resource name. At most 16 entries. Example: \
            memory: 512Mi\
            """)
        Map<String, Quantity> limits) {

  public ContainerResources {
    requests = Formats.copy(requests);
    limits = Formats.copy(limits);
  }

  /** The same as a container takes it. */
  public ResourceRequirements toRequirements() {
    return new ResourceRequirementsBuilder().withRequests(requests).withLimits(limits).build();
  }
}
