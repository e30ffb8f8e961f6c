package dev.modelfleet.operator.variant.decide;

import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.ModelVariantStatus;
import dev.modelfleet.api.v1alpha1.ModelVariantStatusBuilder;
import dev.modelfleet.api.v1alpha1.VariantTarget;
import dev.modelfleet.operator.placement.decide.ProbePlace;
import java.util.Optional;

/**
 * What is observed of one ModelVariant.
 *
 * @param variant the object as the cache has it
 * @param build the build Job of the current attempt
 * @param probe the probe Job of the current try
 * @param probeNode node that the probe Job is pinned to; null where there is no probe Job
 * @param place where a probe could run; null where nothing is to be probed now
 */
public record VariantFacts(
    ModelVariant variant, JobOutcome build, JobOutcome probe, String probeNode, ProbePlace place) {

  /** The status as it is, empty where there is none yet. */
  public ModelVariantStatus status() {
    return status(variant);
  }

  /** The status of a variant, empty where there is none yet. */
  public static ModelVariantStatus status(ModelVariant variant) {
    return Optional.ofNullable(variant.getStatus())
        .orElseGet(() -> ModelVariantStatusBuilder.builder().build());
  }

  /** Whether pods of member clusters are the proof on the device where the hub has none. */
  boolean provenByMembers() {
    VariantTarget target = variant.getSpec().target();
    return target != null && Boolean.TRUE.equals(target.members());
  }

  /** The current attempt; 0 before the first. */
  public int attempt() {
    return number(status().attempt());
  }

  /** Which try of the probe this is, beginning with 1. */
  public static int probeTry(ModelVariantStatus status) {
    return number(status.failures()) + number(status.lostJobs()) + 1;
  }

  static int number(Integer value) {
    return value == null ? 0 : value;
  }
}
