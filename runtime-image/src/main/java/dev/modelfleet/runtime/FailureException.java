package dev.modelfleet.runtime;

import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.FailureReason;

/** A command could not do its work, for a reason that the operator and the user are told. */
public final class FailureException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final FailureReason reason;

  /**
   * A failure.
   *
   * @param reason why, as the contract names it
   * @param message what failed, with its name and value, and how it can be fixed
   */
  public FailureException(FailureReason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** A failure with the exception that led to it. */
  public FailureException(FailureReason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Why, as the contract names it. */
  public FailureReason reason() {
    return reason;
  }

  /** Reason and message in one line, for people. */
  public String describe() {
    return ContractJson.write(reason).replace("\"", "") + ": " + getMessage();
  }
}
