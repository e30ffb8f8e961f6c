package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelfleet.artifact.Fallback;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;

/** Everything frozen that a build and a probe need. The whole is immutable. */
@ApiObject
@RecordBuilder
@ValidationRule(
    value = "self == oldSelf",
    message =
        """
        a ModelVariant's spec can't be changed: change the ModelDeployment, CompressionPolicy or \
        HardwareTarget that it was made from, and the operator makes another\
        """)
public record ModelVariantSpec(
    @Required
        @Size(min = 16, max = 64)
        @Pattern("^[0-9a-f]+$")
        @JsonPropertyDescription(
            """
            Content key: hexadecimal digest of all that decides the variant. Equal keys are the \
            same variant.\
            """)
        String key,
    @Required
        @Size(min = 1, max = 16)
        @JsonPropertyDescription("Version of what a build computes; part of the key. Example: 1")
        String builderVersion,
    @Required
        @Size(min = 1, max = 128)
        @Pattern("^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$")
        @JsonPropertyDescription(
            "Name under which the model is served, taken from its URI. Example: minilm")
        String modelName,
    @Required @JsonPropertyDescription("The original model, pinned by digest.") ModelSource source,
    @Size(max = 16)
        @JsonPropertyDescription(
            """
            Recipes in order of preference, as the policy had them. Absent: the original is \
            published as it is.\
            """)
        List<PolicyRecipe> recipes,
    @JsonPropertyDescription("Data for static quantization, pinned; absent where not needed.")
        Calibration calibration,
    @JsonPropertyDescription("How accuracy is measured; absent where no accuracy gate is set.")
        PolicyEvaluation evaluation,
    @JsonPropertyDescription(
            "What must hold: the policy's constraints and the target's budget in one.")
        Constraints gates,
    @JsonPropertyDescription("How the recipe to use is found; absent for the first that passes.")
        PolicySearch search,
    @Required @JsonPropertyDescription("What is used when no recipe passes: Reject or Original.")
        Fallback fallback,
    @Required @JsonPropertyDescription("The class of device that it is built for.")
        VariantTarget target) {

  public ModelVariantSpec {
    recipes = Formats.copy(recipes);
  }
}
