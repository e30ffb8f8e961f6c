package dev.modelfleet.artifact;

import java.util.List;

/** The trials that no other one beats in size and accuracy at once. */
public final class ParetoFront {

  private ParetoFront() {}

  /**
   * Whether no measured trial is both at least as small and at least as accurate, and not equal.
   */
  public static boolean contains(List<Trial> trials, Trial trial) {
    return isMeasured(trial) && trials.stream().noneMatch(other -> beats(other, trial));
  }

  private static boolean beats(Trial other, Trial trial) {
    return isMeasured(other)
        && other.size() <= trial.size()
        && other.accuracy().drop() <= trial.accuracy().drop()
        && (other.size() < trial.size() || other.accuracy().drop() < trial.accuracy().drop());
  }

  private static boolean isMeasured(Trial trial) {
    return trial.size() > 0 && trial.accuracy() != null && Double.isFinite(trial.accuracy().drop());
  }
}
