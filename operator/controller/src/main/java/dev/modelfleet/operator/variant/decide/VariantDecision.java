package dev.modelfleet.operator.variant.decide;

import dev.modelfleet.api.v1alpha1.ModelVariantStatus;
import dev.modelfleet.operator.event.Story;
import java.time.Duration;
import java.util.List;

/** What is done next for a ModelVariant. */
public sealed interface VariantDecision {

  /** The status to report; its conditions carry the reasons. */
  ModelVariantStatus status();

  /** What to tell in Events. */
  List<Story> stories();

  /**
   * Nothing is started.
   *
   * @param recheck when to look again although nothing was heard; null for never
   */
  record Wait(ModelVariantStatus status, List<Story> stories, Duration recheck)
      implements VariantDecision {}

  /** The build Job of the status's attempt is made. */
  record StartBuild(ModelVariantStatus status, List<Story> stories) implements VariantDecision {}

  /**
   * The probe Job of the status's attempt is made.
   *
   * @param node where it runs
   * @param requestsDevice whether it asks for one of the target's devices
   */
  record StartProbe(
      ModelVariantStatus status, List<Story> stories, String node, boolean requestsDevice)
      implements VariantDecision {}
}
