package dev.modelfleet.operator.variant.decide;

import dev.modelfleet.api.v1alpha1.ModelVariantConditions;
import dev.modelfleet.api.v1alpha1.ModelVariantConditions.Reason;
import dev.modelfleet.api.v1alpha1.ModelVariantStatus;
import dev.modelfleet.api.v1alpha1.ModelVariantStatusBuilder;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.operator.status.Conditions;
import java.time.Instant;

/** Writes phases and conditions into a ModelVariant's status, each phase in one place. */
final class VariantReport {

  private final VariantFacts facts;
  private final Instant now;

  VariantReport(VariantFacts facts, Instant now) {
    this.facts = facts;
    this.now = now;
  }

  /** A build Job runs, or its pod can't start for {@code reason}. */
  ModelVariantStatus building(ModelVariantStatusBuilder status, String reason, String message) {
    Conditions conditions =
        conditions()
            .set(ModelVariantConditions.BUILT, false, reason, message)
            .set(ModelVariantConditions.PUBLISHED, false, Reason.PENDING, "not built yet")
            .set(ModelVariantConditions.PROVEN, false, Reason.PENDING, "not built yet")
            .set(ModelVariantConditions.READY, false, reason, message)
            .set(ModelVariantConditions.RECONCILING, true, Reason.BUILDING, message);
    return finish(status, VariantPhase.BUILDING, conditions);
  }

  /** The artifact is published; the probe runs or waits for {@code reason}. */
  ModelVariantStatus probing(ModelVariantStatusBuilder status, String reason, String message) {
    Conditions conditions =
        published(status)
            .set(ModelVariantConditions.PROVEN, false, reason, message)
            .set(ModelVariantConditions.READY, false, reason, message)
            .set(ModelVariantConditions.RECONCILING, true, Reason.PROBING, message);
    return finish(status, VariantPhase.PROBING, conditions);
  }

  ModelVariantStatus ready(ModelVariantStatusBuilder status, String message) {
    return ready(status, Reason.PROVEN, message);
  }

  /** Nothing was measured on a device, and nothing can be in the hub. */
  ModelVariantStatus provenByBuilder(ModelVariantStatusBuilder status, String message) {
    return ready(status, Reason.PROVEN_BY_BUILDER, message);
  }

  private ModelVariantStatus ready(
      ModelVariantStatusBuilder status, String reason, String message) {
    Conditions conditions =
        published(status)
            .set(ModelVariantConditions.PROVEN, true, reason, message)
            .set(ModelVariantConditions.READY, true, Reason.READY, message);
    return finish(status, VariantPhase.READY, conditions);
  }

  /** No recipe passes. */
  ModelVariantStatus rejected(ModelVariantStatusBuilder status, String message) {
    String none = "no recipe passes the gates";
    Conditions conditions =
        conditions()
            .set(ModelVariantConditions.BUILT, false, Reason.NO_RECIPE_PASSED, message)
            .set(ModelVariantConditions.PUBLISHED, false, Reason.PENDING, none)
            .set(ModelVariantConditions.PROVEN, false, Reason.PENDING, none)
            .set(ModelVariantConditions.READY, false, Reason.NO_RECIPE_PASSED, message)
            .set(ModelVariantConditions.STALLED, true, Reason.NO_RECIPE_PASSED, message);
    return finish(status, VariantPhase.REJECTED, conditions);
  }

  /** The build failed; {@code again} says whether it is tried again. */
  ModelVariantStatus buildFailed(
      ModelVariantStatusBuilder status, String reason, String message, boolean again) {
    Conditions conditions =
        conditions()
            .set(ModelVariantConditions.BUILT, false, reason, message)
            .set(ModelVariantConditions.PUBLISHED, false, Reason.PENDING, "not built yet")
            .set(ModelVariantConditions.PROVEN, false, Reason.PENDING, "not built yet")
            .set(ModelVariantConditions.READY, false, reason, message)
            .onlyWhile(again, ModelVariantConditions.RECONCILING, reason, message)
            .onlyWhile(!again, ModelVariantConditions.STALLED, reason, message);
    return finish(status, VariantPhase.FAILED, conditions);
  }

  /** The probe failed; {@code again} says whether it is tried again. */
  ModelVariantStatus probeFailed(
      ModelVariantStatusBuilder status, String reason, String message, boolean again) {
    Conditions conditions =
        published(status)
            .set(ModelVariantConditions.PROVEN, false, reason, message)
            .set(ModelVariantConditions.READY, false, reason, message)
            .onlyWhile(again, ModelVariantConditions.RECONCILING, reason, message)
            .onlyWhile(!again, ModelVariantConditions.STALLED, reason, message);
    return finish(status, VariantPhase.FAILED, conditions);
  }

  private Conditions published(ModelVariantStatusBuilder status) {
    return conditions()
        .set(
            ModelVariantConditions.BUILT,
            true,
            Reason.BUILT,
            "recipe " + status.recipe() + " passes the builder's gates")
        .set(
            ModelVariantConditions.PUBLISHED,
            true,
            Reason.PUBLISHED,
            status.artifact().reference());
  }

  private Conditions conditions() {
    return new Conditions(facts.status().conditions(), generation(), now);
  }

  private ModelVariantStatus finish(
      ModelVariantStatusBuilder status, VariantPhase phase, Conditions conditions) {
    return status
        .observedGeneration(generation())
        .phase(phase)
        .conditions(conditions.list())
        .build();
  }

  private long generation() {
    return facts.variant().getMetadata().getGeneration();
  }
}
