package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelfleet.artifact.SearchObjective;
import dev.modelfleet.artifact.SearchStrategy;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** How the recipe to use is found. */
@ApiObject
@ValidationRule(
    value = "!has(self.objective) || self.strategy == 'Pareto'",
    message =
        """
        search.objective applies to strategy Pareto only: with Ordered the first recipe that \
        passes is used; remove it or set strategy: Pareto\
        """)
public record PolicySearch(
    @Default("Ordered")
        @JsonPropertyDescription(
            """
            Ordered (recipes in their order until one passes every gate) or Pareto (all recipes; \
            of those that pass the best by objective is used, and the status marks what no other \
            beats in size and accuracy at once).\
            """)
        SearchStrategy strategy,
    @Min(1)
        @Max(16)
        @JsonPropertyDescription("How many recipes are built at most. 1 to 16; 16 unless given.")
        Integer maxTrials,
    @JsonPropertyDescription(
            """
            What makes a variant the best, with strategy Pareto only: Size, Latency (on the \
            builder) or Accuracy. Size unless given.\
            """)
        SearchObjective objective,
    @Size(max = 8)
        @JsonPropertyDescription(
            """
            Shares to remove: each recipe with a step prune or factorize is tried with each of them instead of \
            its own, and is named with the share added. At most 8. Example: [30%, 50%, 70%]\
            """)
        List<@Size(max = 16) @Pattern("^[1-9][0-9]?(\\.[0-9]{1,4})?%$") String> ratios) {

  public PolicySearch {
    ratios = Formats.copy(ratios);
  }
}
