package dev.modelfleet.operator.variant.decide;

import java.time.Instant;
import java.util.List;

/** Ready or rejected: nothing changes it, for the spec is immutable. */
final class SettledState implements VariantState {

  @Override
  public VariantDecision next(VariantFacts facts, Instant now) {
    return new VariantDecision.Wait(facts.status(), List.of(), null);
  }
}
