package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;

/** A revision of a ModelDeployment as one member cluster runs it. */
@ApiObject
public record EdgeRevision(
    @Required
        @Size(min = 1, max = 64)
        @JsonPropertyDescription("The revision, as in the ModelDeployment's status.")
        String revision,
    @Min(10)
        @Max(86400)
        @JsonPropertyDescription(
            """
            For how many seconds pods may make no progress before the revision fails there. 10 to \
            86400; 600 unless given.\
            """)
        Integer progressDeadlineSeconds,
    @Size(max = 96)
        @JsonPropertyDescription(
            """
            The objects to apply, with their namespaces: Deployments, DaemonSets and Services. At \
            most 96.\
            """)
        List<GenericKubernetesResource> manifests) {

  private static final int DEFAULT_DEADLINE = 600;

  public EdgeRevision {
    manifests = Formats.copy(manifests);
  }

  /** The deadline in seconds, given or not. */
  public int deadlineSeconds() {
    return progressDeadlineSeconds == null ? DEFAULT_DEADLINE : progressDeadlineSeconds;
  }
}
