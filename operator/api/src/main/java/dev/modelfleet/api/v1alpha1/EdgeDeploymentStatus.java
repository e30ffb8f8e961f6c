package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;

/** What was last observed in the member cluster; the hub's rollout knows the cluster by it only. */
@ApiObject
@RecordBuilder
public record EdgeDeploymentStatus(
    @Min(0)
        @JsonPropertyDescription(
            "metadata.generation of the spec that this status speaks of; older ones are stale.")
        Long observedGeneration,
    @JsonPropertyDescription("Where it stands: Pending, RollingOut, Healthy or Degraded.")
        DeploymentPhase phase,
    @Size(max = 4096) @JsonPropertyDescription("What is happening, in a sentence for people.")
        String message,
    @Size(max = 64)
        @JsonPropertyDescription("Revision whose objects were last applied in the cluster.")
        String appliedRevision,
    @Size(max = 64)
        @JsonPropertyDescription("Last revision of which every pod served in the cluster.")
        String currentRevision,
    @Min(0) @JsonPropertyDescription("Number of pods that there should be.") int desired,
    @Min(0) @JsonPropertyDescription("Number of pods of appliedRevision.") int updated,
    @Min(0) @JsonPropertyDescription("Number of pods that passed their golden self-test.")
        int ready,
    @Min(0) @JsonPropertyDescription("Number of pods that serve, of any revision.") int available,
    @Min(0) @JsonPropertyDescription("Number of pods that ended in an error.") int failed,
    @Size(max = 64)
        @JsonPropertyDescription("Revision that failed in the cluster and is not tried again.")
        String rejectedRevision,
    @Size(max = 128)
        @JsonPropertyDescription(
            """
            Why it failed, as one word for programs: ProgressDeadlineExceeded, GoldenMismatch or \
            CrashLoop.\
            """)
        String rejectedReason,
    @Size(max = 4096) @JsonPropertyDescription("Why it failed, in a sentence for people.")
        String rejectedMessage,
    @Size(max = 35)
        @JsonPropertyDescription(
            """
            When pods last made progress, as RFC 3339; the progress deadline counts from it. Only \
            while pods are replaced.\
            """)
        String progressTime,
    @Size(max = 35)
        @JsonPropertyDescription("When the cluster last reported a change, as RFC 3339.")
        String lastReported,
    @Size(max = 32) @JsonPropertyDescription("State of each target in the cluster. At most 32.")
        List<EdgeTargetStatus> targets,
    @Size(max = 16)
        @JsonPropertyDescription(
            "Conditions: Applied, Available and Ready; Reconciling and Stalled only while true.")
        List<Condition> conditions) {

  public EdgeDeploymentStatus {
    targets = Formats.copy(targets);
    conditions = Formats.copy(conditions);
  }

  /** What was last observed of one target in the cluster. */
  @ApiObject
  public record EdgeTargetStatus(
      @Required
          @Size(min = 1, max = 63)
          @JsonPropertyDescription("Name of the target, as in the ModelDeployment's spec.targets.")
          String name,
      @Size(max = 64) @JsonPropertyDescription("Revision that it was told to serve.")
          String revision,
      @Size(max = 253) @JsonPropertyDescription("The ModelVariant that it was told to serve.")
          String variant,
      @Min(0) @JsonPropertyDescription("Number of pods that there should be.") int desired,
      @Min(0) @JsonPropertyDescription("Number of pods with the variant above.") int updated,
      @Min(0) @JsonPropertyDescription("Number of pods that passed their golden self-test.")
          int ready,
      @Min(0) @JsonPropertyDescription("Number of pods that serve, of any variant.")
          int available) {}
}
