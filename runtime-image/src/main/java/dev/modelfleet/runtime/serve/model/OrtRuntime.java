package dev.modelfleet.runtime.serve.model;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;

/**
 * The process's one ONNX Runtime environment, with one pool of threads that all models share: a
 * reload starts no threads. The first caller's options hold.
 */
final class OrtRuntime {

  private static OrtEnvironment environment;

  private OrtRuntime() {}

  static synchronized OrtEnvironment environment(EngineOptions options) throws ModelLoadException {
    if (environment == null) {
      environment = create(options);
    }
    return environment;
  }

  private static OrtEnvironment create(EngineOptions options) throws ModelLoadException {
    try (OrtEnvironment.ThreadingOptions threading = new OrtEnvironment.ThreadingOptions()) {
      threading.setGlobalIntraOpNumThreads(options.threads());
      threading.setGlobalInterOpNumThreads(1);
      threading.setGlobalSpinControl(options.spin());
      OrtEnvironment created =
          OrtEnvironment.getEnvironment(
              OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "modelfleet", threading);
      created.setTelemetry(false);
      return created;
    } catch (OrtException e) {
      throw new ModelLoadException("ONNX Runtime does not start: " + OrtErrors.text(e), e);
    }
  }
}
