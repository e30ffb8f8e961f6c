package dev.modelfleet.compression.cli;

/** What the command line's exit codes mean; 1 (defect) and 2 (usage) are picocli's. */
final class ExitStatus {

  static final int DONE = 0;

  /** No recipe gave a variant that holds the gates. */
  static final int NONE_ACCEPTED = 3;

  /** A model, data set or recipe file can't be used (sysexits EX_DATAERR). */
  static final int BAD_INPUT = 65;

  private ExitStatus() {}
}
