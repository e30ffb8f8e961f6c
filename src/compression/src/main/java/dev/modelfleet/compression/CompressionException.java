package dev.modelfleet.compression;

import dev.modelfleet.artifact.FailureReason;

/**
 * A model, data set or device that can't be worked with. The message names the file or field, the
 * value and, where there is one, the fix; the reason is what a build or a probe reports.
 */
public class CompressionException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final FailureReason reason;

  /** An error found by a check of ours. */
  public CompressionException(FailureReason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** An error that another library or the operating system reported. */
  public CompressionException(FailureReason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** What a build or a probe reports. */
  public FailureReason reason() {
    return reason;
  }
}
