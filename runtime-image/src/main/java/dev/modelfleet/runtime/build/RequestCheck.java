package dev.modelfleet.runtime.build;

import dev.modelfleet.artifact.BuildRequest;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.Fallback;
import dev.modelfleet.artifact.Gates;
import dev.modelfleet.artifact.QuantizationScheme;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.artifact.Step;
import dev.modelfleet.runtime.FailureException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds what is wrong with a request before anything is fetched. */
final class RequestCheck {

  private final BuildRequest request;

  private RequestCheck(BuildRequest request) {
    this.request = request;
  }

  /**
   * Checks a request.
   *
   * @throws FailureException {@code InvalidRequest} or {@code ImpossibleConstraints} with the
   *     field, its value and the fix
   */
  static void check(BuildRequest request) {
    RequestCheck check = new RequestCheck(request);
    check.nothingIsMissing();
    check.recipesFitTogether();
    check.dataIsThere();
    check.gatesArePossible();
    check.somethingCanBeTried();
  }

  private void nothingIsMissing() {
    require("key", request.key());
    require("name", request.name());
    require("model", request.model());
    require("target", request.target());
    require("publication", request.publication());
    require("publication.repository", request.publication().repository());
    require("publication.tag", request.publication().tag());
    if (request.evaluation() != null) {
      require("evaluation.dataset", request.evaluation().dataset());
      require("evaluation.metric", request.evaluation().metric());
      require("evaluation.metric.type", request.evaluation().metric().type());
    }
  }

  private void recipesFitTogether() {
    if (request.recipes().isEmpty() && request.fallback() == Fallback.REJECT) {
      throw invalid("recipes is empty: give at least one, or set fallback: Original");
    }
    Set<String> names = new HashSet<>();
    for (Recipe recipe : request.recipes()) {
      if (!names.add(recipe.name()) || recipe.name().equals(Recipe.ORIGINAL)) {
        throw invalid(
            "recipes has the name \"" + recipe.name() + "\" twice, or it is reserved: rename it");
      }
    }
  }

  private void dataIsThere() {
    if (request.gates().maxAccuracyDrop() != null && request.evaluation() == null) {
      throw invalid(
          "gates.maxAccuracyDrop is "
              + request.gates().maxAccuracyDrop()
              + " and evaluation is missing: name a data set and a metric to measure it by");
    }
    for (Recipe recipe : candidates()) {
      if (request.calibration() == null && isStatic(recipe)) {
        throw invalid(
            "calibration is missing: recipe "
                + recipe.name()
                + " quantizes with scheme Static and needs a data set to calibrate on");
      }
    }
  }

  private void gatesArePossible() {
    Gates gates = request.gates();
    positive("maxModelSize", gates.maxModelSize());
    positive("maxLatencyP99Millis", gates.maxLatencyP99Millis());
    positive("maxMemory", gates.maxMemory());
    if (gates.maxAccuracyDrop() != null && !(gates.maxAccuracyDrop() >= 0)) {
      throw impossible(
          "gates.maxAccuracyDrop is " + gates.maxAccuracyDrop() + ": give a fraction of 0 or more");
    }
  }

  private void somethingCanBeTried() {
    boolean onlyPrecisions =
        request.recipes().stream().noneMatch(r -> request.excludedRecipes().contains(r.name()));
    if (request.fallback() == Fallback.REJECT && candidates().isEmpty() && onlyPrecisions) {
      String ends =
          request.recipes().stream()
              .map(recipe -> recipe.name() + " in " + recipe.resultingPrecision())
              .collect(Collectors.joining(", "));
      throw impossible(
          "target.precisions is "
              + request.target().precisions()
              + " and no recipe ends in one of them ("
              + ends
              + "): add a recipe, or set fallback: Original");
    }
  }

  private List<Recipe> candidates() {
    return request.recipes().stream()
        .filter(recipe -> GateCheck.beforeTrying(recipe, request).isEmpty())
        .toList();
  }

  private static boolean isStatic(Recipe recipe) {
    return recipe.steps().stream()
        .anyMatch(
            step ->
                step instanceof Step.Quantize quantize
                    && quantize.scheme() == QuantizationScheme.STATIC);
  }

  private static void require(String field, Object value) {
    if (value == null || value instanceof String text && text.isBlank()) {
      throw invalid(field + " is missing");
    }
  }

  private static void positive(String gate, Number value) {
    if (value != null && !(value.doubleValue() > 0)) {
      throw impossible(
          "gates." + gate + " is " + value + ": no model can hold that; give a positive value");
    }
  }

  private static FailureException invalid(String message) {
    return new FailureException(FailureReason.INVALID_REQUEST, message);
  }

  private static FailureException impossible(String message) {
    return new FailureException(FailureReason.IMPOSSIBLE_CONSTRAINTS, message);
  }
}
