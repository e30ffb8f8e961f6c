package dev.modelfleet.operator.variant.decide;

import dev.modelfleet.api.v1alpha1.ModelVariantStatusBuilder;
import java.time.Instant;

/** Nothing was started: the first build is. */
final class PendingState implements VariantState {

  @Override
  public VariantDecision next(VariantFacts facts, Instant now) {
    return new Attempts(facts, now)
        .build(ModelVariantStatusBuilder.builder(facts.status()), "build started");
  }
}
