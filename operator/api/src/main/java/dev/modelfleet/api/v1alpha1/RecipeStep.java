package dev.modelfleet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelfleet.artifact.Importance;
import dev.modelfleet.artifact.PruningMethod;
import dev.modelfleet.artifact.QuantizationScheme;
import dev.modelfleet.artifact.WeightRounding;
import io.fabric8.generator.annotation.ValidationRule;

/** One transformation of a recipe: exactly one member is set. */
@ApiObject
@ValidationRule(
    value =
        """
        (has(self.simplify) ? 1 : 0) + (has(self.prune) ? 1 : 0) + (has(self.factorize) ? 1 : 0) + \
        (has(self.quantize) ? 1 : 0) + (has(self.convert) ? 1 : 0) == 1\
        """,
    message =
        """
        a step is exactly one of simplify, prune, factorize, quantize and convert: give each its \
        own entry in steps\
        """)
public record RecipeStep(
    @JsonPropertyDescription(
            """
            Folds constants and removes what changes nothing, so that later steps see a clean \
            graph. Numerically neutral; no settings: write simplify: {}\
            """)
        SimplifyStep simplify,
    @JsonPropertyDescription(
            """
            Removes what matters least and fits what is left to the original. Belongs before \
            quantize and convert.\
            """)
        PruneStep prune,
    @JsonPropertyDescription(
            """
            Replaces matrices by products of two thinner ones, each of the rank that the whole \
            result needs, where these are smaller and need fewer operations. Needs calibration \
            data. Belongs before quantize and convert.\
            """)
        FactorizeStep factorize,
    @JsonPropertyDescription("Stores weights, and by scheme computes, in 8-bit integers.")
        QuantizeStep quantize,
    @JsonPropertyDescription("Converts weights and computation to a smaller floating-point type.")
        ConvertStep convert) {

  /** Whether the step uses calibration data. */
  public boolean needsCalibration() {
    if (quantize != null) {
      return quantize.scheme() == QuantizationScheme.STATIC
          || Boolean.TRUE.equals(quantize.smoothing())
          || quantize.mixedPrecision() != null
          || (quantize.weights() != null && quantize.weights().rounding() == WeightRounding.GPTQ);
    }
    if (factorize != null) {
      return true;
    }
    return prune != null
        && (!Boolean.FALSE.equals(prune.repair())
            || prune.method() == PruningMethod.LAYER
            || (prune.method() == PruningMethod.CHANNEL
                && (prune.importance() == null || prune.importance() == Importance.ACTIVATION)));
  }
}
