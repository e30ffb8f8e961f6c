package dev.modelfleet.operator.rollout.decide;

import dev.modelfleet.api.v1alpha1.WavePhase;
import dev.modelfleet.api.v1alpha1.WaveStatus;
import java.time.Instant;
import java.util.List;

/**
 * What a {@link Judgement} means for the waves of an update: one that is not passed yet fails when
 * something is out of bounds, and is passed when everything is within, by answers that are younger
 * than what they are to judge.
 */
final class WaveAnalysis {

  private final Judgement judgement;

  WaveAnalysis(Judgement judgement) {
    this.judgement = judgement;
  }

  /**
   * Whether a wave that is not complete fails. One that did is not taken up again only because an
   * answer is missing, as after a restart of the operator.
   *
   * @param before what the status remembers of it; null for nothing
   */
  boolean fails(WaveStatus before) {
    return switch (judgement) {
      case Judgement.OutOfBounds out -> true;
      case Judgement.Open open -> failedBefore(before);
      case Judgement.Passed passed -> false;
      case Judgement.Unasked unasked -> false;
    };
  }

  /** Whether one of the waves that the status remembers as failed still does. */
  boolean stands(List<WaveStatus> memory) {
    return memory.stream().anyMatch(wave -> failedBefore(wave) && fails(wave));
  }

  /** Whether what was measured at a time or later lets a wave pass. */
  boolean passes(Instant since) {
    return switch (judgement) {
      case Judgement.Unasked unasked -> true;
      case Judgement.Passed(Instant time) -> !time.isBefore(since);
      default -> false;
    };
  }

  /**
   * Why a wave fails or is held, for people.
   *
   * @param before what the status remembers of it; null for nothing
   */
  String message(WaveStatus before) {
    return switch (judgement) {
      case Judgement.OutOfBounds(String message) -> message;
      case Judgement.Open(String message) -> failedBefore(before) ? before.message() : message;
      case Judgement.Passed passed -> "the queries have to be answered once more";
      case Judgement.Unasked unasked -> null;
    };
  }

  /** Whether a wave failed although none of its units did. */
  private static boolean failedBefore(WaveStatus wave) {
    return wave != null
        && wave.phase() == WavePhase.FAILED
        && wave.failed() == 0
        && wave.message() != null;
  }
}
