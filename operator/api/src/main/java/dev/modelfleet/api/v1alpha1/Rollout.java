package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.IntOrString;

/** How pods are replaced. */
@ApiObject
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
            number from 1 to 10000 or a share from 1% to 100% of the target's pods. Example: 25%\
            """)
        IntOrString maxUnavailable,
    @Default("600")
        @Min(10)
        @Max(86400)
        @JsonPropertyDescription(
            """
            For how many seconds pods may make no progress before condition Progressing turns \
            False with reason ProgressDeadlineExceeded. The clock stands still while paused and \
            while variants are built. 10 to 86400.\
            """)
        Integer progressDeadlineSeconds,
    @Default("false")
        @JsonPropertyDescription(
            """
            Whether the rollout stands still: variants are still built and proven, but no pod is \
            replaced until this is false again.\
            """)
        Boolean paused) {}
