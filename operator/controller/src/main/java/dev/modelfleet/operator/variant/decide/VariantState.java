package dev.modelfleet.operator.variant.decide;

import dev.modelfleet.api.v1alpha1.VariantPhase;
import java.time.Instant;

/**
 * One phase of a ModelVariant's life:
 *
 * <pre>
 * Pending ──► Building ──► Probing ──► Ready
 *                ▲ │          │ │
 *                │ │          │ └ recipe ruled out: Building again without it
 *                │ ├──────────┼──► Rejected   nothing passes the gates
 *                │ └──────────┴──► Failed ──┐ can't be built or probed
 *                └──────────────────────────┘ after a while, where that can help
 * </pre>
 */
@FunctionalInterface
interface VariantState {

  VariantDecision next(VariantFacts facts, Instant now);

  /** The state of a phase; a variant without one is Pending. */
  static VariantState of(VariantPhase phase) {
    return switch (phase == null ? VariantPhase.PENDING : phase) {
      case PENDING -> new PendingState();
      case BUILDING -> new BuildingState();
      case PROBING -> new ProbingState();
      case READY, REJECTED -> new SettledState();
      case FAILED -> new FailedState();
    };
  }
}
