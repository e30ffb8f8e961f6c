package dev.modelfleet.testclusters;

/**
 * A test cluster could not be started, used or stopped; the message says what failed and what to
 * do.
 */
public final class ClusterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A failure told by {@code message} alone. */
  public ClusterException(String message) {
    super(message);
  }

  /** A failure with its cause. */
  public ClusterException(String message, Throwable cause) {
    super(message, cause);
  }
}
