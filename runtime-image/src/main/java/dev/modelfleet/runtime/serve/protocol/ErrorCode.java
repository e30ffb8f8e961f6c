package dev.modelfleet.runtime.serve.protocol;

/** Why a request is refused, with its status in each transport. */
public enum ErrorCode {
  /** The request is wrong: sending it again can't help. */
  INVALID(400, 3),
  /** The client did not show the token that the server wants. */
  UNAUTHENTICATED(401, 16),
  /** No such model, version or path. */
  NOT_FOUND(404, 5),
  /** The path exists, the method does not. */
  METHOD_NOT_ALLOWED(405, 12),
  /** The request did not arrive in time. */
  TIMEOUT(408, 4),
  /** The body is larger than the server accepts. */
  TOO_LARGE(413, 8),
  /** A part of the protocol that this server does not have. */
  UNSUPPORTED(501, 12),
  /** The server is full: trying again later, or elsewhere, helps. */
  OVERLOADED(503, 8),
  /** The model is not ready, or the server is on its way out. */
  UNAVAILABLE(503, 14),
  /** The server's own fault. */
  INTERNAL(500, 13);

  private final int httpStatus;
  private final int grpcStatus;

  ErrorCode(int httpStatus, int grpcStatus) {
    this.httpStatus = httpStatus;
    this.grpcStatus = grpcStatus;
  }

  public int httpStatus() {
    return httpStatus;
  }

  public int grpcStatus() {
    return grpcStatus;
  }
}
