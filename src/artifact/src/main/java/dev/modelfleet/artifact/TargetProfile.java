package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * The class of device that a variant is built for: what about it changes the file that is built.
 *
 * @param deviceClass kind of processor
 * @param vendor for instance {@code nvidia}; null where it does not matter
 * @param architecture CPU architecture of the node as in {@code kubernetes.io/arch}
 * @param engine what executes the model: {@code ONNXRuntime}
 * @param executionProvider ONNX Runtime execution provider: {@code CPU}, {@code CUDA}, …
 * @param precisions precisions that the device runs well; recipes that end in another are skipped
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TargetProfile(
    DeviceClass deviceClass,
    String vendor,
    String architecture,
    String engine,
    String executionProvider,
    List<Precision> precisions) {

  public TargetProfile {
    precisions = precisions == null ? List.of() : List.copyOf(precisions);
  }

  /**
   * Whether statically quantized activations must be signed with zero point 0, as on the integer
   * engines of NVIDIA's processors.
   */
  public boolean needsSymmetricActivations() {
    return "CUDA".equalsIgnoreCase(executionProvider)
        || "TensorRT".equalsIgnoreCase(executionProvider)
        || "TensorRT".equalsIgnoreCase(engine);
  }
}
