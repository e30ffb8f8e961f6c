package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** What was last observed of a HardwareTarget. */
@ApiObject
public record HardwareTargetStatus(
    @Min(0)
        @JsonPropertyDescription(
            "metadata.generation of the spec that this status speaks of; older ones are stale.")
        Long observedGeneration,
    @Min(0)
        @JsonPropertyDescription(
            "Number of nodes of the hub that match the placement; 0 with clusterSelector.")
        int matchedNodes,
    @Min(0)
        @JsonPropertyDescription(
            """
            Number of those nodes that are Ready and, where device.resourceName is given, offer \
            it.\
            """)
        int readyNodes,
    @Size(max = 16) @JsonPropertyDescription("Conditions: Ready.") List<Condition> conditions) {

  public HardwareTargetStatus {
    conditions = Formats.copy(conditions);
  }
}
