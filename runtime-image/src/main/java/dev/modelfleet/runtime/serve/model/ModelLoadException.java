package dev.modelfleet.runtime.serve.model;

import java.io.Serial;

/** A model that can't be served; the message says why and what to change. */
public final class ModelLoadException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private final transient GoldenAgreement golden;

  public ModelLoadException(String message) {
    this(message, (GoldenAgreement) null);
  }

  ModelLoadException(String message, GoldenAgreement golden) {
    super(message);
    this.golden = golden;
  }

  public ModelLoadException(String message, Throwable cause) {
    super(message, cause);
    this.golden = null;
  }

  /** The replay that disagreed; null where it did not come to that. */
  public GoldenAgreement golden() {
    return golden;
  }
}
