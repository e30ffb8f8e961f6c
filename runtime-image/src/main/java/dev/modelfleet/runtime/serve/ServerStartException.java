package dev.modelfleet.runtime.serve;

import java.io.Serial;

/** The server can't start, for a reason that is not the model. */
final class ServerStartException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  ServerStartException(String message) {
    super(message);
  }
}
