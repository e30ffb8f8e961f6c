package dev.modelfleet.compression.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.compression.CompressionException;
import java.nio.file.Path;
import java.util.Locale;

/** Turns {@link SessionOptions} into ONNX Runtime's own. */
final class NativeOptions {

  private NativeOptions() {}

  static OrtSession.SessionOptions create(SessionOptions options) {
    // The environment sets the log level of everything after it.
    ModelSession.environment();
    OrtSession.SessionOptions created = new OrtSession.SessionOptions();
    try {
      created.setOptimizationLevel(
          options.optimization() == SessionOptions.Optimization.NONE
              ? OrtSession.SessionOptions.OptLevel.NO_OPT
              : OrtSession.SessionOptions.OptLevel.ALL_OPT);
      created.setIntraOpNumThreads(
          options.threads() == 0 ? Runtime.getRuntime().availableProcessors() : options.threads());
      created.setInterOpNumThreads(1);
      created.addConfigEntry("session.intra_op.allow_spinning", options.spinning() ? "1" : "0");
      addProvider(created, options.executionProvider());
      return created;
    } catch (OrtException e) {
      created.close();
      throw new CompressionException(
          FailureReason.PROVIDER_UNAVAILABLE,
          "execution provider %s is not in this build of ONNX Runtime: %s"
              .formatted(options.executionProvider(), e.getMessage()),
          e);
    } catch (CompressionException e) {
      created.close();
      throw e;
    }
  }

  /**
   * For sessions that run a few samples: weights are multiplied where they are instead of being
   * copied in the order that is fastest, and memory goes back when a value is no longer needed.
   */
  static void spareMemory(OrtSession.SessionOptions options) throws OrtException {
    options.addConfigEntry("session.disable_prepacking", "1");
    options.setCPUArenaAllocator(false);
    options.setMemoryPatternOptimization(false);
  }

  /** Where external data of a model is that is loaded from memory: it is mapped, not copied. */
  static void readWeightsFrom(OrtSession.SessionOptions options, Path directory)
      throws OrtException {
    options.addConfigEntry(
        "session.model_external_initializers_file_folder_path", directory.toString());
  }

  private static void addProvider(OrtSession.SessionOptions options, String provider)
      throws OrtException {
    switch (provider.toUpperCase(Locale.ROOT)) {
      case "CPU" -> {}
      case "CUDA" -> options.addCUDA();
      case "TENSORRT" -> options.addTensorrt(0);
      case "OPENVINO" -> options.addOpenVINO("CPU");
      default ->
          throw new CompressionException(
              FailureReason.PROVIDER_UNAVAILABLE,
              "execution provider %s is not known: give CPU, CUDA, TensorRT or OpenVINO"
                  .formatted(provider));
    }
  }
}
