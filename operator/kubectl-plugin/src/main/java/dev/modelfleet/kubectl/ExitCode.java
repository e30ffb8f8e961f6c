package dev.modelfleet.kubectl;

/** What a command's exit code tells a script. */
final class ExitCode {

  /** What was asked for is so. */
  static final int DONE = 0;

  /** The command could not do its work. */
  static final int ERROR = 1;

  /** The rollout failed, or was rolled back. */
  static final int FAILED = 2;

  /** The rollout was still under way when the time was over. */
  static final int TIMEOUT = 3;

  private ExitCode() {}
}
