package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.soabase.recordbuilder.core.RecordBuilder;

/** What was last observed of one wave of the rollout of updateRevision. */
@ApiObject
@RecordBuilder
public record WaveStatus(
    @Required
        @Size(min = 1, max = 30)
        @JsonPropertyDescription(
            "Name of the wave, as in spec.rollout.waves; rest for the last one.")
        String name,
    @Required
        @JsonPropertyDescription(
            """
            Where the wave stands: Pending, RollingOut, Soaking, Analyzing, AwaitingPromotion, \
            Complete or Failed.\
            """)
        WavePhase phase,
    @Min(0)
        @JsonPropertyDescription(
            "Number of units (nodes, member clusters, canary steps) in the wave.")
        int units,
    @Min(0) @JsonPropertyDescription("Number of units that were given the revision.") int updated,
    @Min(0)
        @JsonPropertyDescription(
            "Number of units whose golden replay passed and that have been ready long enough.")
        int verified,
    @Min(0) @JsonPropertyDescription("Number of units that failed with the revision.") int failed,
    @Min(0)
        @JsonPropertyDescription(
            """
            Number of units that can't be reached or are outside their maintenance windows: they \
            hold nothing up, cost no failure budget, and catch up.\
            """)
        int unreachable,
    @Size(max = 35)
        @JsonPropertyDescription("When its turn came, as RFC 3339. Example: 2026-01-31T12:00:00Z")
        String startTime,
    @Size(max = 35)
        @JsonPropertyDescription("When its soaking ends, as RFC 3339. Absent before it soaks.")
        String soakUntil,
    @Size(max = 1024)
        @JsonPropertyDescription(
            """
            Which units failed and why, the first of them, or which query has no answer or a value \
            out of bounds, for people.\
            """)
        String message) {}
