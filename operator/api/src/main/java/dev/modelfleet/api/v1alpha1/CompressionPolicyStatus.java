package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** What was last observed of a CompressionPolicy. */
@ApiObject
public record CompressionPolicyStatus(
    @Min(0)
        @JsonPropertyDescription(
            "metadata.generation of the spec that this status speaks of; older ones are stale.")
        Long observedGeneration,
    @Min(0) @JsonPropertyDescription("Number of ModelDeployments in the namespace that name it.")
        int usedBy,
    @Size(max = 16) @JsonPropertyDescription("Conditions: Accepted.") List<Condition> conditions) {

  public CompressionPolicyStatus {
    conditions = Formats.copy(conditions);
  }
}
