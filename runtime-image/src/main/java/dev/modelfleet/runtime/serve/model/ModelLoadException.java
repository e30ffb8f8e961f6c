package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.artifact.ServeFailure;
import java.io.Serial;

/** A model that can't be served; the message says why and what to change. */
public final class ModelLoadException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private final transient GoldenAgreement golden;
  private final ServeFailure.Reason reason;

  public ModelLoadException(String message) {
    super(message);
    this.golden = null;
    this.reason = ServeFailure.Reason.INVALID_MODEL;
  }

  ModelLoadException(String message, GoldenAgreement golden) {
    super(message);
    this.golden = golden;
    this.reason = ServeFailure.Reason.GOLDEN_MISMATCH;
  }

  ModelLoadException(String message, ServeFailure.Reason reason) {
    super(message);
    this.golden = null;
    this.reason = reason;
  }

  public ModelLoadException(String message, Throwable cause) {
    super(message, cause);
    this.golden = null;
    this.reason = ServeFailure.Reason.INVALID_MODEL;
  }

  /** What the device has against the variant, for the operator. */
  public ServeFailure failure() {
    return new ServeFailure(reason, getMessage());
  }

  /** The replay that disagreed; null where it did not come to that. */
  public GoldenAgreement golden() {
    return golden;
  }
}
