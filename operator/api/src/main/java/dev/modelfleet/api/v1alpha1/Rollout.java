package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;

/** How a new revision reaches the fleet. */
@ApiObject
@RecordBuilder
public record Rollout(
    @Default("1")
        @ValidationRule(
            value =
                """
                type(self) == int ? self >= 1 && self <= 10000 : \
                self.matches('^([1-9][0-9]?|100)%$')\
                """,
            message =
                """
                maxUnavailable must be a number of pods from 1 to 10000 or a share from 1% to \
                100%: for example 1 or 25%\
                """)
        @JsonPropertyDescription(
            """
            How many pods of one target may be unavailable at once while they are replaced: a \
            number from 1 to 10000 or a share from 1% to 100% of the target's pods. Where the \
            device allows it, a new pod is ready before the old one stops and none is unavailable. \
            Example: 25%\
            """)
        IntOrString maxUnavailable,
    @Default("10%")
        @ValidationRule(value = Formats.CONCURRENCY, message = Formats.CONCURRENCY_MESSAGE)
        @JsonPropertyDescription(
            """
            How many units (nodes, member clusters, canary steps) may be under way at once: a \
            number from 1 to 10000 or a share from 1% to 100% of the wave's units, at least one. \
            Example: 10%\
            """)
        IntOrString maxConcurrency,
    @Default("0")
        @ValidationRule(value = Formats.FAILURES, message = Formats.FAILURES_MESSAGE)
        @JsonPropertyDescription(
            """
            How many units of a wave may fail before the wave fails: a number from 0 to 10000 or a \
            share from 0% to 100% of the wave's units, rounded down. Units that can't be reached \
            are not counted. Example: 2%\
            """)
        IntOrString maxFailures,
    @Default("0")
        @Min(0)
        @Max(86400)
        @JsonPropertyDescription(
            """
            For how many seconds a unit must be ready without interruption before it counts as \
            verified. 0 to 86400.\
            """)
        Integer minReadySeconds,
    @Default("600")
        @Min(10)
        @Max(86400)
        @JsonPropertyDescription(
            """
            For how many seconds pods may make no progress before condition Progressing turns \
            False with reason ProgressDeadlineExceeded. The clock stands still while paused, while \
            a wave soaks or awaits its promotion, and while variants are built. 10 to 86400.\
            """)
        Integer progressDeadlineSeconds,
    @Default("true")
        @JsonPropertyDescription(
            """
            Whether a revision whose wave fails is rolled back to the last one that all targets \
            served. When false, the rollout stops where it is.\
            """)
        Boolean autoRollback,
    @Default("false")
        @JsonPropertyDescription(
            """
            Whether the rollout stands still: variants are still built and proven, but no pod is \
            replaced until this is false again.\
            """)
        Boolean paused,
    @Size(max = 16)
        @JsonPropertyDescription(
            """
            Groups of units that take a new revision one after the other; each begins when the one \
            before it is verified. A unit belongs to the first wave that takes it, and what none \
            takes to the last one, which is called rest. Waves without units are skipped; the first \
            revision of a target, which replaces nothing, goes everywhere at once. At most 16, with \
            unique names; percentages ascend, or condition Accepted turns False with reason \
            WavesNotAscending. Absent: first (5%), second (25%) and rest.\
            """)
        List<Wave> waves,
    @JsonPropertyDescription(
            """
            What every wave is judged by besides golden replay, latency and readiness of its \
            units. The first revision of a target, which replaces nothing, is not judged.\
            """)
        RolloutAnalysis analysis) {

  public Rollout {
    waves = Formats.copy(waves);
  }
}
