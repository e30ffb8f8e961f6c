package dev.modelfleet.runtime.serve.model;

import java.io.Serial;

/** A model that can't be served; the message says why and what to change. */
public final class ModelLoadException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  public ModelLoadException(String message) {
    super(message);
  }

  public ModelLoadException(String message, Throwable cause) {
    super(message, cause);
  }
}
