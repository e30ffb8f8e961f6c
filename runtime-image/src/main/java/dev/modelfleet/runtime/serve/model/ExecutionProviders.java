package dev.modelfleet.runtime.serve.model;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** ONNX Runtime's execution providers by the short names that HardwareTargets use. */
final class ExecutionProviders {

  private static final Map<String, OrtProvider> BY_NAME =
      Stream.of(
              OrtProvider.CPU,
              OrtProvider.CUDA,
              OrtProvider.TENSOR_RT,
              OrtProvider.OPEN_VINO,
              OrtProvider.XNNPACK,
              OrtProvider.QNN,
              OrtProvider.NNAPI)
          .collect(Collectors.toMap(ExecutionProviders::shortName, provider -> provider));

  private ExecutionProviders() {}

  /** {@code TensorRT} of {@code TensorrtExecutionProvider}, in lower case. */
  private static String shortName(OrtProvider provider) {
    return provider.getName().replace("ExecutionProvider", "").toLowerCase(Locale.ROOT);
  }

  /**
   * Adds the provider to the options.
   *
   * @throws ModelLoadException where ONNX Runtime's library lacks it, listing what it has
   */
  static void add(String name, SessionOptions options) throws ModelLoadException, OrtException {
    OrtProvider provider =
        Optional.ofNullable(BY_NAME.get(name.toLowerCase(Locale.ROOT)))
            .filter(OrtEnvironment.getAvailableProviders()::contains)
            .orElseThrow(() -> missing(name));
    switch (provider) {
      case CUDA -> options.addCUDA();
      case TENSOR_RT -> options.addTensorrt(0);
      case OPEN_VINO -> options.addOpenVINO("");
      case XNNPACK -> options.addXnnpack(Map.of());
      case QNN -> options.addQnn(Map.of());
      case NNAPI -> options.addNnapi();
      default -> {
        // ONNX Runtime always has the CPU provider, last in line.
      }
    }
  }

  private static ModelLoadException missing(String name) {
    String available =
        OrtEnvironment.getAvailableProviders().stream()
            .map(OrtProvider::getName)
            .collect(Collectors.joining(", "));
    return new ModelLoadException(
        "execution provider '%s' is not in this ONNX Runtime, which has: %s; use an image that has it or set --execution-provider"
            .formatted(name, available));
  }
}
