package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** What was last observed of a member cluster. */
@ApiObject
public record EdgeClusterStatus(
    @Min(0)
        @JsonPropertyDescription(
            "metadata.generation of the spec that this status speaks of; older ones are stale.")
        Long observedGeneration,
    @Size(max = 64)
        @JsonPropertyDescription(
            "Kubernetes version of the cluster, when last seen. Example: v1.36.3")
        String version,
    @Min(0) @JsonPropertyDescription("Number of its nodes, when last seen.") Integer nodes,
    @Min(0) @JsonPropertyDescription("Number of its Ready nodes, when last seen.")
        Integer readyNodes,
    @Size(max = 35)
        @JsonPropertyDescription(
            """
            When its API server last answered, as RFC 3339. Moved at most once a minute. Example: \
            2026-01-31T12:00:00Z\
            """)
        String lastSeen,
    @Size(max = 16)
        @JsonPropertyDescription(
            "Conditions: Connected, Ready and, with maintenance windows, OpenForChanges.")
        List<Condition> conditions) {

  public EdgeClusterStatus {
    conditions = Formats.copy(conditions);
  }
}
