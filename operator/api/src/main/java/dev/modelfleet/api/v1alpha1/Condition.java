package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** One aspect of an object's state, in the shape of {@code metav1.Condition}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Condition(
    @Required
        @Size(min = 1, max = 316)
        @Pattern("^[A-Za-z]([-A-Za-z0-9_.]*[A-Za-z0-9])?$")
        @JsonPropertyDescription("Which aspect this is, in UpperCamelCase. Example: Ready")
        String type,
    @Required @JsonPropertyDescription("Whether it holds: True, False or Unknown.") Status status,
    @Min(0)
        @JsonPropertyDescription(
            "metadata.generation of the spec that this was judged on; older ones are stale.")
        Long observedGeneration,
    @Required
        @Size(min = 20, max = 35)
        @Pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,18}(Z|[+-][0-9]{2}:[0-9]{2})$")
        @JsonPropertyDescription(
            """
            When the status last changed, as RFC 3339. A changed reason or message alone does not \
            move it. Example: 2026-01-31T12:00:00Z\
            """)
        String lastTransitionTime,
    @Required
        @Size(min = 1, max = 128)
        @Pattern("^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$")
        @JsonPropertyDescription(
            "Why, as one UpperCamelCase word for programs. Example: VariantsReady")
        String reason,
    @Required
        @Size(max = 32768)
        @JsonPropertyDescription("Why, in a sentence for people; it may be empty.")
        String message) {

  /** Whether a condition holds. */
  public enum Status {
    /** It holds. */
    @JsonProperty("True")
    TRUE,
    /** It does not hold. */
    @JsonProperty("False")
    FALSE,
    /** It is not known whether it holds. */
    @JsonProperty("Unknown")
    UNKNOWN
  }

  /** Whether it holds. */
  @JsonIgnore
  public boolean isTrue() {
    return status == Status.TRUE;
  }
}
