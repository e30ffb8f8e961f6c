package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;

/** What was last observed of a ModelVariant. */
@ApiObject
@RecordBuilder
public record ModelVariantStatus(
    @Min(0)
        @JsonPropertyDescription(
            "metadata.generation of the spec that this status speaks of; older ones are stale.")
        Long observedGeneration,
    @JsonPropertyDescription(
            "Where it stands: Pending, Building, Probing, Ready, Rejected or Failed.")
        VariantPhase phase,
    @Min(0)
        @JsonPropertyDescription(
            """
            How often a build was started, beginning with 1: once more each time that the probe \
            rules a recipe out. Absent before the first.\
            """)
        Integer attempt,
    @Min(0)
        @JsonPropertyDescription(
            "How many Jobs of the current step failed one after the other. Absent for none.")
        Integer failures,
    @Min(0)
        @JsonPropertyDescription(
            """
            How many Jobs of the current step were removed before their result was read; the \
            first is made again. Absent for none.\
            """)
        Integer lostJobs,
    @Size(max = 35)
        @JsonPropertyDescription(
            """
            When a failed step is tried again, as RFC 3339. Absent where nothing failed or trying \
            again can't help. Example: 2026-01-31T12:00:00Z\
            """)
        String retryTime,
    @Size(max = 17)
        @JsonPropertyDescription(
            "Recipes that the probe ruled out on the device; the next build skips them. At most 17.")
        List<@Size(min = 1, max = 63) String> excludedRecipes,
    @Size(max = 63)
        @JsonPropertyDescription(
            "Recipe that the variant was made by; original for the unchanged model.")
        String recipe,
    @JsonPropertyDescription("Where the variant is. Absent before it is published.")
        VariantArtifact artifact,
    @JsonPropertyDescription("Figures that the gates were judged on.") VariantProof proof,
    @Size(max = 17)
        @JsonPropertyDescription("Every recipe of the last build in the order tried. At most 17.")
        List<VariantTrial> trials,
    @Size(max = 16)
        @JsonPropertyDescription(
            """
            Conditions: Built, Published, Proven and Ready; Reconciling and Stalled are there \
            only while true.\
            """)
        List<Condition> conditions) {

  public ModelVariantStatus {
    excludedRecipes = Formats.copy(excludedRecipes);
    trials = Formats.copy(trials);
    conditions = Formats.copy(conditions);
  }
}
