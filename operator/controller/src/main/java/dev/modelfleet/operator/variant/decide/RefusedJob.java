package dev.modelfleet.operator.variant.decide;

import dev.modelfleet.api.v1alpha1.ModelVariantStatusBuilder;
import java.time.Instant;

/** What becomes of a decision to start a Job that the API server refused. */
public final class RefusedJob {

  private RefusedJob() {}

  /** The step failed and is tried again, in case a quota or a policy is changed meanwhile. */
  public static VariantDecision decide(
      VariantFacts facts, VariantDecision refused, String reason, String message, Instant now) {
    ModelVariantStatusBuilder status = ModelVariantStatusBuilder.builder(refused.status());
    Attempts attempts = new Attempts(facts, now);
    return refused instanceof VariantDecision.StartProbe
        ? attempts.probeFailed(status, reason, message, true)
        : attempts.buildFailed(status, reason, message, true);
  }
}
