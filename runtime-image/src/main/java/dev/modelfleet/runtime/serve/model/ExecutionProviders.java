package dev.modelfleet.runtime.serve.model;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtEpDevice;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * ONNX Runtime's execution providers by the short names that HardwareTargets use: those in its
 * library, and those that come as plugins.
 */
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
          .collect(
              Collectors.toMap(provider -> shortName(provider.getName()), provider -> provider));

  private ExecutionProviders() {}

  /** {@code tensorrt} of {@code TensorrtExecutionProvider}. */
  static String shortName(String name) {
    return name.replace("ExecutionProvider", "").toLowerCase(Locale.ROOT);
  }

  /**
   * Adds the provider to the options.
   *
   * @param name short name, in any case; of a plugin's provider also its full name
   * @throws ModelLoadException where there is no such provider, listing those that there are
   */
  static void add(
      String name, ProviderPlugins plugins, OrtEnvironment environment, SessionOptions options)
      throws ModelLoadException, OrtException {
    OrtProvider built = BY_NAME.get(shortName(name));
    if (built != null && OrtEnvironment.getAvailableProviders().contains(built)) {
      add(built, options);
      return;
    }
    List<OrtEpDevice> devices =
        environment.getEpDevices().stream()
            .filter(device -> shortName(device.getEpName()).equals(shortName(name)))
            .toList();
    if (devices.isEmpty()) {
      throw missing(name, environment);
    }
    options.addExecutionProvider(devices, plugins.options());
  }

  private static void add(OrtProvider provider, SessionOptions options) throws OrtException {
    switch (provider) {
      case CUDA -> options.addCUDA();
      case TENSOR_RT -> {
        // What TensorRT can't take is for CUDA, not for the CPU.
        options.addTensorrt(0);
        if (OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)) {
          options.addCUDA();
        }
      }
      case OPEN_VINO -> options.addOpenVINO("");
      case XNNPACK -> options.addXnnpack(Map.of());
      case QNN -> options.addQnn(Map.of());
      case NNAPI -> options.addNnapi();
      default -> {
        // ONNX Runtime always has the CPU provider, last in line.
      }
    }
  }

  private static ModelLoadException missing(String name, OrtEnvironment environment)
      throws OrtException {
    String available =
        Stream.concat(
                OrtEnvironment.getAvailableProviders().stream().map(OrtProvider::getName),
                environment.getEpDevices().stream().map(OrtEpDevice::getEpName))
            .distinct()
            .collect(Collectors.joining(", "));
    return new ModelLoadException(
        "execution provider '%s' is not in this ONNX Runtime, which has: %s; use an image that has it, add its library with --provider-library, or set --execution-provider or --fallback-provider"
            .formatted(name, available));
  }
}
