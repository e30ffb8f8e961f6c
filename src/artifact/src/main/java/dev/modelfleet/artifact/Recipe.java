package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * A named way to compress a model: steps applied in order.
 *
 * @param name unique within its policy, a DNS label
 * @param steps at least one
 */
public record Recipe(String name, List<Step> steps) {

  /** Name under which the unchanged model appears among trials. */
  public static final String ORIGINAL = "original";

  /** Longest name. */
  static final int MAX_NAME = 63;

  public Recipe {
    if (name == null || name.isBlank()) {
      throw new IllegalArgumentException("recipe.name is missing: give each recipe a name");
    }
    if (steps == null || steps.isEmpty()) {
      throw new IllegalArgumentException(
          "recipe "
              + name
              + " has no steps: give at least one of simplify, prune, factorize, quantize, convert");
    }
    steps = List.copyOf(steps);
  }

  /** Precision of the weights after all steps; FP32 where no step changes it. */
  @JsonIgnore
  public Precision resultingPrecision() {
    return steps.stream()
        .flatMap(step -> step.resultingPrecision().stream())
        .reduce(Precision.FP32, (before, after) -> after);
  }
}
