package dev.modelfleet.runtime.build;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.BuildRequest;
import dev.modelfleet.artifact.Gates;
import dev.modelfleet.artifact.Precision;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.compression.evaluation.AccuracyGate;
import dev.modelfleet.compression.evaluation.AccuracyGate.Miss;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The decisions on recipes: which are not tried, and which of those tried miss a gate. */
final class GateCheck {

  private GateCheck() {}

  /** Why a recipe is not worth trying for this request. */
  static Optional<Miss> beforeTrying(Recipe recipe, BuildRequest request) {
    List<Precision> runs = request.target().precisions();
    Precision precision = recipe.resultingPrecision();
    if (!runs.isEmpty() && !runs.contains(precision)) {
      return Optional.of(
          new Miss(
              Trial.PRECISION_NOT_SUPPORTED,
              "it ends in " + precision + ", and the target runs " + runs + " only"));
    }
    return ruledOut(recipe.name(), request);
  }

  /** Whether an earlier attempt found on the device that a recipe, or the original, will not do. */
  static Optional<Miss> ruledOut(String recipe, BuildRequest request) {
    return request.excludedRecipes().contains(recipe)
        ? Optional.of(
            new Miss(
                Trial.RULED_OUT_ON_DEVICE,
                "the probe on the target ruled it out in an earlier try"))
        : Optional.empty();
  }

  /** Whether a model is too large. */
  static Optional<Miss> size(long bytes, Gates gates) {
    Long limit = gates.maxModelSize();
    return limit != null && bytes > limit
        ? Optional.of(
            new Miss(
                Trial.SIZE_ABOVE_GATE,
                String.format(
                    Locale.ROOT, "%,d bytes are above the limit of %,d bytes", bytes, limit)))
        : Optional.empty();
  }

  /** Whether a model loses too much accuracy, or computes nothing that can be measured. */
  static Optional<Miss> accuracy(Accuracy accuracy, AccuracyGate gate) {
    return Double.isFinite(accuracy.variant()) && Double.isFinite(accuracy.drop())
        ? gate.judge(accuracy)
        : Optional.of(notFinite("the evaluation set"));
  }

  /** The miss of a model whose outputs on some data contain NaN or infinity. */
  static Miss notFinite(String data) {
    return new Miss(
        Trial.NOT_FINITE,
        "outputs on " + data + " contain NaN or infinity, which those of the original do not");
  }
}
