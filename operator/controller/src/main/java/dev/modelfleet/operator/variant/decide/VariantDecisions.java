package dev.modelfleet.operator.variant.decide;

import java.time.Instant;

/** Decides what is done next for a ModelVariant. */
public final class VariantDecisions {

  private VariantDecisions() {}

  /** A pure function of what is observed and the time. */
  public static VariantDecision decide(VariantFacts facts, Instant now) {
    return VariantState.of(facts.status().phase()).next(facts, now);
  }
}
