package dev.modelfleet.runtime.serve.model;

import ai.onnxruntime.OrtException;
import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import java.util.regex.Pattern;

/** ONNX Runtime's errors in words for a client. */
final class OrtErrors {

  /** Source file, line and function of ONNX Runtime, which tell a client nothing. */
  private static final Pattern SOURCE_LOCATION =
      Pattern.compile("(?:/\\S+\\.(?:cc|h|cpp):\\d+ )(?:.*? )?(?=\\S+ was false|[A-Z\\[])");

  private OrtErrors() {}

  /** The first line of the message, without source locations. */
  static String text(OrtException e) {
    String line = e.getMessage().lines().findFirst().orElse("no message");
    return SOURCE_LOCATION.matcher(line).replaceAll("");
  }

  /** A failed run as the client is told. */
  static ProtocolException ofRun(OrtException e) {
    ErrorCode code =
        switch (e.getCode()) {
          case ORT_EP_FAIL, ORT_ENGINE_ERROR, ORT_NO_SUCHFILE, ORT_NOT_IMPLEMENTED ->
              ErrorCode.INTERNAL;
          // Declared types and shapes were checked before: what is left lies in the values.
          default -> ErrorCode.INVALID;
        };
    return new ProtocolException(code, "the model can't run on these inputs: " + text(e));
  }
}
