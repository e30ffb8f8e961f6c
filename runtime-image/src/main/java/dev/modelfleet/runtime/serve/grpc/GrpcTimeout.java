package dev.modelfleet.runtime.serve.grpc;

import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import io.vertx.core.http.HttpServerRequest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The header {@code grpc-timeout}: at most eight digits and a unit. */
final class GrpcTimeout {

  private static final Pattern FORM = Pattern.compile("(\\d{1,8})([HMSmun])");

  private GrpcTimeout() {}

  /** Microseconds that the client waits, at least 1; 0 where it set no limit. */
  static long micros(HttpServerRequest request) {
    return micros(request.getHeader("grpc-timeout"));
  }

  static long micros(String header) {
    if (header == null) {
      return 0;
    }
    Matcher form = FORM.matcher(header);
    if (!form.matches()) {
      throw ProtocolException.invalid("grpc-timeout is '%s', must be digits and a unit", header);
    }
    long value = Long.parseLong(form.group(1));
    long micros =
        switch (form.group(2)) {
          case "H" -> value * 3_600_000_000L;
          case "M" -> value * 60_000_000L;
          case "S" -> value * 1_000_000L;
          case "m" -> value * 1_000L;
          case "u" -> value;
          default -> value / 1_000;
        };
    return Math.max(1, micros);
  }
}
