package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** What a wave is judged by besides what its units find on their own devices. */
@ApiObject
public record RolloutAnalysis(
    @JsonPropertyDescription(
            """
            Queries whose values must be within bounds before a wave is passed. One that has no \
            answer holds the wave; values out of bounds three times in a row fail it.\
            """)
        PrometheusAnalysis prometheus) {}
