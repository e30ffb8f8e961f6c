package dev.modelfleet.runtime.serve.model;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The process's one ONNX Runtime environment, with one pool of threads that all models share: a
 * reload starts no threads. Sessions of another number of threads have their own, and all of them
 * where other code of the process was first and made an environment without a pool. The first
 * caller's options hold.
 *
 * @param environment ONNX Runtime allows one in a process
 * @param pool threads that run one inference by the pool; 0 where there is none
 */
record OrtRuntime(OrtEnvironment environment, int pool) {

  private static final String NAME = "modelfleet";

  /** Failures come as exceptions with their reason: a bad request must not write to the log. */
  private static final OrtLoggingLevel LOG_LEVEL = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;

  private static final Set<String> REGISTERED = new HashSet<>();

  private static OrtRuntime instance;

  static synchronized OrtRuntime get(EngineOptions options) throws ModelLoadException {
    if (instance == null) {
      instance = create(options);
    }
    for (Map.Entry<String, Path> library : options.plugins().libraries().entrySet()) {
      if (!REGISTERED.contains(library.getKey())) {
        register(library.getKey(), library.getValue());
      }
    }
    return instance;
  }

  private static void register(String name, Path library) throws ModelLoadException {
    try {
      instance.environment.registerExecutionProviderLibrary(name, library.toString());
      REGISTERED.add(name);
    } catch (OrtException e) {
      throw new ModelLoadException(
          "--provider-library: ONNX Runtime can't load %s: %s"
              .formatted(library, OrtErrors.text(e)),
          e);
    }
  }

  private static OrtRuntime create(EngineOptions options) throws ModelLoadException {
    try (OrtEnvironment.ThreadingOptions threading = new OrtEnvironment.ThreadingOptions()) {
      threading.setGlobalIntraOpNumThreads(options.threads());
      threading.setGlobalInterOpNumThreads(1);
      threading.setGlobalSpinControl(options.spin());
      OrtEnvironment created = OrtEnvironment.getEnvironment(LOG_LEVEL, NAME, threading);
      created.setTelemetry(false);
      return new OrtRuntime(created, options.threads());
    } catch (IllegalStateException existing) {
      return new OrtRuntime(OrtEnvironment.getEnvironment(), 0);
    } catch (OrtException e) {
      throw new ModelLoadException("ONNX Runtime does not start: " + OrtErrors.text(e), e);
    }
  }

  /** Options of a session that runs with these threads. */
  OrtSession.SessionOptions sessionOptions(EngineOptions engine) throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setSessionLogLevel(LOG_LEVEL);
    options.setCPUArenaAllocator(engine.arena());
    if (pool == engine.threads()) {
      options.disablePerSessionThreads();
    } else {
      options.setIntraOpNumThreads(engine.threads());
      options.addConfigEntry("session.intra_op.allow_spinning", engine.spin() ? "1" : "0");
    }
    return options;
  }
}
