package dev.modelfleet.quickstart;

import dev.modelfleet.api.v1alpha1.ModelVariant;
import java.util.stream.Stream;

/** What came of each recipe that was tried for a variant, in words. */
final class Trials {

  private Trials() {}

  /** One line a recipe, in the order tried. */
  static Stream<String> of(ModelVariant variant) {
    return variant.getStatus().trials().stream()
        .map(
            trial ->
                "  %-28s %-13s %-9s %s"
                    .formatted(
                        variant.getMetadata().getName(),
                        trial.recipe(),
                        PhaseNames.of(trial.outcome()),
                        trial.message() == null
                            ? "%s, %s lost".formatted(trial.size(), trial.accuracyDrop())
                            : trial.message()));
  }
}
