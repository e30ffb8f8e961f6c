package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** One query and the bounds of its value. */
@ApiObject
@ValidationRule(
    value = "has(self.min) || has(self.max)",
    message = "a query without bounds judges nothing: give min, max or both")
@ValidationRule(
    value = "!has(self.min) || !has(self.max) || double(self.min) <= double(self.max)",
    message = "min must not be above max: lower it or raise max",
    fieldPath = ".min")
public record PrometheusQuery(
    @Required
        @Size(min = 1, max = 63)
        @Pattern(Formats.DNS_LABEL)
        @JsonPropertyDescription(
            "Name of the query, unique among the queries, a DNS label. Example: error-rate")
        String name,
    @Required
        @Size(min = 1, max = 2048)
        @ValidationRule(
            value =
                """
                !self.replace('{{namespace}}', '').replace('{{deployment}}', '')\
                .replace('{{target}}', '').replace('{{variant}}', '')\
                .replace('{{revision}}', '').contains('{{')\
                """,
            message =
                """
                a query may hold {{namespace}}, {{deployment}}, {{target}}, {{variant}} and \
                {{revision}}, and no other {{ }}\
                """)
        @JsonPropertyDescription(
            """
            PromQL whose result is a scalar or a vector, each value of which is judged. \
            {{namespace}} and {{deployment}} stand for the ModelDeployment, {{revision}} for the \
            revision that is rolled out, {{target}} and {{variant}} for the name of a target and \
            of the ModelVariant that it gets; a query with one of these two is asked for each \
            target that serves the revision. Example: \
            max(modelfleet_requests_in_flight{modelfleet_dev_variant="{{variant}}"})\
            """)
        String query,
    @Size(max = 32)
        @Pattern(Formats.DECIMAL)
        @JsonPropertyDescription(
            "Smallest value that is within bounds, a decimal number. Example: \"0.5\"")
        String min,
    @Size(max = 32)
        @Pattern(Formats.DECIMAL)
        @JsonPropertyDescription(
            "Largest value that is within bounds, a decimal number. Example: \"0.01\"")
        String max) {}
