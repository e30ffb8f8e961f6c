package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/**
 * A named way to compress a model. Its JSON is that of {@link dev.modelfleet.artifact.Recipe},
 * which the operator reads it as.
 */
@ApiObject
@ValidationRule(
    value = "self.name != 'original'",
    fieldPath = ".name",
    message =
        """
        the recipe name original is taken by the unchanged model: choose another; to serve the \
        original when nothing passes, set fallback: Original\
        """)
public record PolicyRecipe(
    @Required
        @Size(min = 1, max = 63)
        @Pattern(Formats.DNS_LABEL)
        @JsonPropertyDescription(
            """
            Name of the recipe, unique within the policy, a DNS label of at most 63 characters; \
            it appears in status and reports. Example: dynamic-int8\
            """)
        String name,
    @Required
        @Size(min = 1, max = 16)
        @JsonPropertyDescription("Transformations, applied in this order. 1 to 16.")
        List<RecipeStep> steps) {

  public PolicyRecipe {
    steps = Formats.copy(steps);
  }
}
