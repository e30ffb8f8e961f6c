package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.soabase.recordbuilder.core.RecordBuilder;

/** A group of units that take a new revision together. */
@ApiObject
@RecordBuilder
@ValidationRule(
    value = "has(self.percent) != has(self.selector)",
    message =
        "a wave is chosen by exactly one of percent and selector: remove one or add the other")
@ValidationRule(
    value = "self.name != 'rest'",
    message =
        "the name rest is taken by the last wave, which holds what no other takes: choose another name")
public record Wave(
    @Required
        @Size(min = 1, max = 30)
        @Pattern(Formats.DNS_LABEL)
        @JsonPropertyDescription(
            """
            Name of the wave, unique among the waves, a DNS label of at most 30 characters. \
            Example: canary\
            """)
        String name,
    @Size(min = 2, max = 6)
        @Pattern("^(100|[1-9][0-9]?(\\.[0-9]{1,2})?|0\\.(0[1-9]|[1-9][0-9]?))%$")
        @JsonPropertyDescription(
            """
            Share of all units that this wave and those before it take, by a hash of the unit's \
            name that never changes, at least one unit of each target: 0.01% to 100%. Example: \
            5%\
            """)
        String percent,
    @JsonPropertyDescription("Units that this wave takes, by their labels.") WaveSelector selector,
    @Default("false")
        @JsonPropertyDescription(
            """
            Whether the rollout stands still after this wave until it is promoted, by kubectl \
            modelfleet promote or annotation rollout.modelfleet.dev/promote.\
            """)
        Boolean pause,
    @Size(max = 32)
        @Pattern(Formats.DURATION)
        @JsonPropertyDescription(
            """
            For how long the units of this wave serve before the next wave begins; a unit that \
            fails meanwhile fails the wave. Example: 1h30m\
            """)
        String soak,
    @ValidationRule(value = Formats.CONCURRENCY, message = Formats.CONCURRENCY_MESSAGE)
        @JsonPropertyDescription("As rollout.maxConcurrency, for this wave. Example: 5")
        IntOrString maxConcurrency,
    @ValidationRule(value = Formats.FAILURES, message = Formats.FAILURES_MESSAGE)
        @JsonPropertyDescription("As rollout.maxFailures, for this wave. Example: 1")
        IntOrString maxFailures,
    @Min(0)
        @Max(86400)
        @JsonPropertyDescription("As rollout.minReadySeconds, for this wave. 0 to 86400.")
        Integer minReadySeconds) {

  /** Name of the last wave, which holds what no other takes. */
  public static final String REST = "rest";
}
