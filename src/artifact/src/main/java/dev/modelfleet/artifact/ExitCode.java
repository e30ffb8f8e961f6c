package dev.modelfleet.artifact;

/**
 * Exit codes of the runtime image's {@code build} and {@code probe}. The operator's Jobs end at
 * once on {@link #PERMANENT_FAILURE} and try again, within bounds, on any other failure.
 */
public final class ExitCode {

  /** A result was written; whether the variant was accepted is in the result. */
  public static final int DONE = 0;

  /** The request can't be carried out and trying again can't help (sysexits EX_DATAERR). */
  public static final int PERMANENT_FAILURE = 65;

  /** Something outside failed; trying again can help (sysexits EX_TEMPFAIL). */
  public static final int RETRYABLE_FAILURE = 75;

  private ExitCode() {}
}
