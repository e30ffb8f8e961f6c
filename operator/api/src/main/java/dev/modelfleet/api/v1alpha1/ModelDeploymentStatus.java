package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;

/** What was last observed of a ModelDeployment. */
@ApiObject
@RecordBuilder
public record ModelDeploymentStatus(
    @Min(0)
        @JsonPropertyDescription(
            "metadata.generation of the spec that this status speaks of; older ones are stale.")
        Long observedGeneration,
    @JsonPropertyDescription(
            """
            Where it stands: Pending, Building, RollingOut, Paused, Healthy or Degraded. For \
            people; programs read the conditions.\
            """)
        DeploymentPhase phase,
    @Size(max = 4096) @JsonPropertyDescription("What is happening, in a sentence for people.")
        String message,
    @Min(0) @JsonPropertyDescription("Number of targets in the spec.") int targets,
    @Min(0)
        @JsonPropertyDescription(
            "Number of targets whose pods all serve the variant of the spec's revision.")
        int readyTargets,
    @Size(max = 24)
        @JsonPropertyDescription(
            "Ready pods of desired ones, as text for kubectl's READY column. Example: 2/3")
        String readiness,
    @Min(0) @JsonPropertyDescription("Number of pods that there should be on all targets.")
        int desired,
    @Min(0) @JsonPropertyDescription("Number of pods of the revision that is rolled out.")
        int updated,
    @Min(0) @JsonPropertyDescription("Number of pods that passed their golden self-test.")
        int ready,
    @Min(0) @JsonPropertyDescription("Number of pods that serve, of any revision.") int available,
    @Size(max = 64)
        @JsonPropertyDescription("Revision that all targets serve. Absent before the first does.")
        String currentRevision,
    @Size(max = 64)
        @JsonPropertyDescription(
            "Revision that the spec asks for; as currentRevision once it is rolled out.")
        String updateRevision,
    @Size(max = 10)
        @JsonPropertyDescription(
            """
            Revisions that did not pass their gates or failed on devices and are not tried again \
            until the spec changes or annotation rollout.modelfleet.dev/retry says so, newest \
            first. At most 10.\
            """)
        List<RejectedRevision> rejectedRevisions,
    @Size(max = 32)
        @JsonPropertyDescription("State of each target, in the order of the spec. At most 32.")
        List<TargetStatus> targetStatuses,
    @Size(max = 17)
        @JsonPropertyDescription(
            """
            Waves of the rollout of updateRevision, in their order, without those that have no \
            units. At most 17. Absent where nothing was replaced.\
            """)
        List<WaveStatus> waves,
    @Size(max = 35)
        @JsonPropertyDescription(
            """
            When pods last made progress towards updateRevision, as RFC 3339; \
            rollout.progressDeadlineSeconds counts from here. Absent while no rollout is under \
            way. Example: 2026-01-31T12:00:00Z\
            """)
        String progressTime,
    @Size(max = 71)
        @JsonPropertyDescription(
            """
            Digest of the original model that the spec's URI was resolved to: what is built and \
            served, also if the tag moves later.\
            """)
        String modelDigest,
    @Size(max = 16)
        @JsonPropertyDescription(
            """
            Conditions: Accepted, ResolvedRefs, VariantsReady, Progressing, Available and Ready; \
            Reconciling, Stalled and Paused are there only while true.\
            """)
        List<Condition> conditions) {

  public ModelDeploymentStatus {
    rejectedRevisions = Formats.copy(rejectedRevisions);
    targetStatuses = Formats.copy(targetStatuses);
    waves = Formats.copy(waves);
    conditions = Formats.copy(conditions);
  }
}
