package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;

/** What is to be served where. */
@ApiObject
@RecordBuilder
public record ModelDeploymentSpec(
    @Required
        @JsonPropertyDescription("The original model: where it is and, as a digest, what it is.")
        ModelSource model,
    @JsonPropertyDescription(
            """
            How the model may be compressed and what must hold afterwards: exactly one of \
            policyRef and inline. Absent: every target serves the original.\
            """)
        Compression compression,
    @Required
        @Size(min = 1, max = 32)
        @JsonPropertyDescription(
            """
            Where the model is served, each entry with the variant that its class of device \
            needs. 1 to 32, with unique names. Targets whose devices need the same variant share \
            one build.\
            """)
        List<DeploymentTarget> targets,
    @Default("{}")
        @JsonPropertyDescription(
            "How a new revision reaches the fleet when the spec or a variant changes.")
        Rollout rollout,
    @JsonPropertyDescription("How pods serve, on every target that does not say otherwise.")
        Serving serving,
    @Default("3")
        @Min(0)
        @Max(20)
        @JsonPropertyDescription(
            """
            How many earlier revisions are kept, with their variants, to be rolled back to. 0 to \
            20.\
            """)
        Integer revisionHistoryLimit) {

  public ModelDeploymentSpec {
    targets = Formats.copy(targets);
  }
}
