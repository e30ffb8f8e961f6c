package dev.modelfleet.operator.variant.decide;

import dev.modelfleet.api.v1alpha1.ModelVariantStatusBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A build or a probe failed: tried again when its time has come, or never. */
final class FailedState implements VariantState {

  @Override
  public VariantDecision next(VariantFacts facts, Instant now) {
    String retryTime = facts.status().retryTime();
    if (retryTime == null) {
      return new VariantDecision.Wait(facts.status(), List.of(), null);
    }
    Instant due = Instant.parse(retryTime);
    if (now.isBefore(due)) {
      return new VariantDecision.Wait(
          facts.status(), List.of(), Duration.between(now, due).plusSeconds(1));
    }
    ModelVariantStatusBuilder status = ModelVariantStatusBuilder.builder(facts.status());
    Attempts attempts = new Attempts(facts, now);
    return facts.status().artifact() == null
        ? attempts.build(status, "tried again after " + facts.status().failures() + " failures")
        : attempts.probe(status);
  }
}
