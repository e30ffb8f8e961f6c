package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;

/** A node taint that pods accept. */
@ApiObject
@ValidationRule(
    value = "!has(self.value) || !has(self.operator) || self.operator == 'Equal'",
    message = "value applies to operator Equal only: remove value or set operator: Equal")
@ValidationRule(
    value = "has(self.key) || (has(self.operator) && self.operator == 'Exists')",
    message = "key is missing: name the taint's key, or set operator: Exists to accept every taint")
@ValidationRule(
    value = "!has(self.tolerationSeconds) || (has(self.effect) && self.effect == 'NoExecute')",
    message =
        "tolerationSeconds applies to effect NoExecute only: remove it or set effect: NoExecute")
public record NodeToleration(
    @Size(min = 1, max = 316)
        @JsonPropertyDescription(
            """
            Key of the taint. Absent with operator Exists: every taint. Example: nvidia.com/gpu\
            """)
        String key,
    @JsonPropertyDescription(
            """
            How the taint's value is compared: Equal (to value) or Exists (any value). Equal \
            unless given.\
            """)
        Operator operator,
    @Size(max = 63)
        @JsonPropertyDescription("Value of the taint, with operator Equal. Example: present")
        String value,
    @JsonPropertyDescription(
            "Effect of the taint: NoSchedule, PreferNoSchedule or NoExecute. All unless given.")
        Effect effect,
    @Min(0)
        @JsonPropertyDescription(
            """
            With effect NoExecute, for how many seconds pods stay once the taint appears. Forever \
            unless given.\
            """)
        Long tolerationSeconds) {

  /** How a taint's value is compared. */
  public enum Operator {
    /** The taint has the given value. */
    @JsonProperty("Equal")
    EQUAL("Equal"),
    /** The taint has any value. */
    @JsonProperty("Exists")
    EXISTS("Exists");

    private final String text;

    Operator(String text) {
      this.text = text;
    }
  }

  /** What a taint does to pods that do not tolerate it. */
  public enum Effect {
    /** They are not scheduled there. */
    @JsonProperty("NoSchedule")
    NO_SCHEDULE("NoSchedule"),
    /** They are scheduled there only where nothing else fits. */
    @JsonProperty("PreferNoSchedule")
    PREFER_NO_SCHEDULE("PreferNoSchedule"),
    /** They are not scheduled there, and those there leave. */
    @JsonProperty("NoExecute")
    NO_EXECUTE("NoExecute");

    private final String text;

    Effect(String text) {
      this.text = text;
    }
  }

  /** The same as a pod takes it. */
  public Toleration toToleration() {
    return new TolerationBuilder()
        .withKey(key)
        .withOperator(operator == null ? null : operator.text)
        .withValue(value)
        .withEffect(effect == null ? null : effect.text)
        .withTolerationSeconds(tolerationSeconds)
        .build();
  }
}
