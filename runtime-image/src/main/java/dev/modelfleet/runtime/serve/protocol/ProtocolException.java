package dev.modelfleet.runtime.serve.protocol;

import java.io.Serial;
import java.util.Locale;

/** A refusal that the client is told, with a message for its developer. Has no stack trace. */
public final class ProtocolException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  public ProtocolException(ErrorCode code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  /** The request is wrong; the message is {@code format} with {@code arguments}. */
  public static ProtocolException invalid(String format, Object... arguments) {
    return new ProtocolException(ErrorCode.INVALID, String.format(Locale.ROOT, format, arguments));
  }

  public ErrorCode code() {
    return code;
  }
}
