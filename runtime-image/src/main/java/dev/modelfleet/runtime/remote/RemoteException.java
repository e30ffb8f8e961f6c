package dev.modelfleet.runtime.remote;

/** A remote side could not be reached or did not do what it was asked for. */
public final class RemoteException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What went wrong, as far as it decides what is to be done about it. */
  public enum Kind {
    /** The host name has no address. */
    UNKNOWN_HOST,
    /** No connection, no TLS, no answer in time, or an answer that says to try again later. */
    UNREACHABLE,
    /** What was asked for is not there. */
    NOT_FOUND,
    /** Credentials are missing, wrong, or do not permit the request. */
    UNAUTHORIZED,
    /** The request was refused for another cause. */
    REFUSED,
    /** The answer breaks the protocol. */
    PROTOCOL,
    /** The bytes that arrived do not have the digest or size that they should have. */
    DIGEST_MISMATCH
  }

  private final Kind kind;

  /** A failure of the given kind. */
  public RemoteException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** A failure of the given kind with the exception that led to it. */
  public RemoteException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** What went wrong. */
  public Kind kind() {
    return kind;
  }
}
