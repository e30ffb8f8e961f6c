package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.Pooling;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** A metric and its settings. */
@ApiObject
@ValidationRule(
    value = "has(self.k) == (self.type == 'TopKAccuracy')",
    message =
        """
        k is required with type TopKAccuracy and applies to no other: add k (1 for plain \
        accuracy) or remove it\
        """)
@ValidationRule(
    value = "!has(self.pooling) || self.type == 'CosineSimilarity'",
    message =
        "pooling applies to type CosineSimilarity only: remove it or set type: CosineSimilarity")
@ValidationRule(
    value = "has(self.maskInput) == (has(self.pooling) && self.pooling == 'Mean')",
    message =
        """
        maskInput is required with pooling Mean and applies to no other: name the model's input \
        that marks the tokens to keep, for example attention_mask, or remove it\
        """)
public record Metric(
    @Required
        @JsonPropertyDescription(
            """
            What is measured: CosineSimilarity (mean cosine to the original's output; no labels \
            needed), TopKAccuracy (share of samples whose label is among the k highest scores; \
            needs labels), TopOneAgreement (share of samples on which the highest score is for the \
            same class as the original's; no labels needed) or MeanSquaredError (relative to the mean square of the original's \
            output; no labels needed).\
            """)
        MetricType type,
    @Size(min = 1, max = 256)
        @JsonPropertyDescription(
            """
            Name of the model's output to measure; the first unless given. Example: \
            last_hidden_state\
            """)
        String output,
    @Min(1)
        @Max(1000)
        @JsonPropertyDescription(
            """
            How many of the highest scores count, with type TopKAccuracy, where it is required. 1 \
            to 1000.\
            """)
        Integer k,
    @JsonPropertyDescription(
            """
            How a sequence of token vectors becomes one vector before it is compared, with type \
            CosineSimilarity: None (compared as it is) or Mean (over the tokens that maskInput \
            keeps). None unless given.\
            """)
        Pooling pooling,
    @Size(min = 1, max = 256)
        @JsonPropertyDescription(
            """
            Name of the model's input that marks the tokens to keep (1) and to skip (0); required \
            with pooling Mean. Example: attention_mask\
            """)
        String maskInput) {}
