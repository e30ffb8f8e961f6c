package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.ModelVariantConditions;
import dev.modelfleet.operator.status.Conditions;
import java.util.Optional;

/** What a target's variant says about itself. */
final class VariantWords {

  private VariantWords() {}

  /** Reason of the variant's condition Ready; {@code Pending} before it has one. */
  static String reason(TargetServing serving) {
    return ready(serving).map(Condition::reason).orElse("Pending");
  }

  /** Message of the variant's condition Ready. */
  static String message(TargetServing serving) {
    String variant = serving.wanted() == null ? "none" : serving.wanted().variant();
    return ready(serving).map(Condition::message).orElseGet(() -> notStarted(variant));
  }

  /** What is said of a variant before it says something itself. */
  static String notStarted(String variant) {
    return "variant " + variant + " is not started";
  }

  /** Whether nothing more happens to the variant until someone changes something. */
  static boolean stalled(TargetServing serving) {
    return serving.wantedVariant() != null
        && serving.wantedVariant().getStatus() != null
        && Conditions.isTrue(
            serving.wantedVariant().getStatus().conditions(), ModelVariantConditions.STALLED);
  }

  private static Optional<Condition> ready(TargetServing serving) {
    return serving.wantedVariant() == null || serving.wantedVariant().getStatus() == null
        ? Optional.empty()
        : Conditions.find(
            serving.wantedVariant().getStatus().conditions(), ModelVariantConditions.READY);
  }
}
