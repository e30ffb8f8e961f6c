package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelfleet.artifact.Fallback;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;

/** Recipes in order of preference, how accuracy is measured, and the gates. */
@ApiObject
@RecordBuilder
@ValidationRule(
    value =
        """
        has(self.calibration) || !self.recipes.exists(r, r.steps.exists(s, has(s.quantize) && \
        s.quantize.scheme == 'Static'))\
        """,
    message =
        """
        a recipe quantizes with scheme Static, which needs calibration data: add \
        calibration.dataset, or use scheme Dynamic or WeightOnly\
        """)
@ValidationRule(
    value =
        """
        has(self.calibration) || !self.recipes.exists(r, r.steps.exists(s, has(s.prune) && \
        (s.prune.repair || s.prune.method == 'Layer' || (s.prune.method == 'Channel' && \
        (!has(s.prune.importance) || s.prune.importance == 'Activation')))))\
        """,
    message =
        """
        a recipe prunes by activations or repairs what it prunes, which needs calibration data: \
        add calibration.dataset, or set method: Channel, importance: L2 and repair: false\
        """)
@ValidationRule(
    value =
        """
        has(self.calibration) || !self.recipes.exists(r, r.steps.exists(s, has(s.quantize) && \
        has(s.quantize.weights) && has(s.quantize.weights.rounding) && \
        s.quantize.weights.rounding == 'GPTQ'))\
        """,
    message =
        """
        a recipe rounds weights by GPTQ, which needs calibration data: add calibration.dataset, \
        or use rounding HQQ or Nearest\
        """)
@ValidationRule(
    value =
        """
        has(self.calibration) || !self.recipes.exists(r, r.steps.exists(s, has(s.quantize) && \
        has(s.quantize.mixedPrecision)))\
        """,
    message =
        """
        a recipe mixes precisions, which needs calibration data to measure layers on: add \
        calibration.dataset, or remove quantize.mixedPrecision\
        """)
@ValidationRule(
    value =
        """
        has(self.calibration) || !self.recipes.exists(r, r.steps.exists(s, has(s.factorize)))\
        """,
    message =
        """
        a recipe factorizes, which needs calibration data to see what results depend on: add \
        calibration.dataset, or remove the step\
        """)
@ValidationRule(
    value =
        """
        has(self.evaluation) || !has(self.constraints) || \
        !has(self.constraints.maxAccuracyDrop)\
        """,
    message =
        """
        constraints.maxAccuracyDrop can't be judged without an evaluation: add evaluation with \
        dataset and metric, or remove maxAccuracyDrop\
        """)
@ValidationRule(
    value =
        """
        has(self.evaluation) || !has(self.search) || !has(self.search.objective) || \
        self.search.objective != 'Accuracy'\
        """,
    message =
        """
        search.objective Accuracy can't be judged without an evaluation: add evaluation with \
        dataset and metric, or choose Size or Latency\
        """)
@ValidationRule(
    value =
        """
        !has(self.search) || !has(self.search.ratios) || size(self.search.ratios) == 0 || \
        self.recipes.exists(r, r.steps.exists(s, has(s.prune) || has(s.factorize)))\
        """,
    message =
        """
        search.ratios applies to recipes with a step prune or factorize, and there is none: add \
        one or remove ratios\
        """)
public record CompressionPolicySpec(
    @Required
        @Size(min = 1, max = 16)
        @JsonPropertyDescription(
            """
            Ways to compress, in order of preference: the first whose result passes all gates is \
            used. A target skips recipes that end in a precision that its device does not list. 1 \
            to 16, with unique names.\
            """)
        List<PolicyRecipe> recipes,
    @JsonPropertyDescription(
            "Data from which activation ranges are taken; required where a recipe quantizes with"
                + " scheme Static.")
        Calibration calibration,
    @JsonPropertyDescription(
            """
            How accuracy against the original is measured; required with \
            constraints.maxAccuracyDrop.\
            """)
        PolicyEvaluation evaluation,
    @JsonPropertyDescription(
            """
            The gates: what a variant must hold to be rolled out. A HardwareTarget's budget adds \
            to them, the stricter value counts. Absent: whatever builds and agrees on golden \
            inputs is accepted.\
            """)
        Constraints constraints,
    @JsonPropertyDescription("How the recipe to use is found. Absent: strategy Ordered.")
        PolicySearch search,
    @Default("Reject")
        @JsonPropertyDescription(
            """
            What is used when no recipe passes: Reject (nothing, what served before keeps \
            serving) or Original (the unchanged model, provided that it passes the size, latency \
            and memory gates).\
            """)
        Fallback fallback) {

  public CompressionPolicySpec {
    recipes = Formats.copy(recipes);
  }
}
