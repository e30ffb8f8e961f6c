package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The class of device that a variant is built for: what about it changes the file that is built.
 *
 * @param deviceClass kind of processor
 * @param vendor for instance {@code nvidia}; null where it does not matter
 * @param architecture CPU architecture of the node as in {@code kubernetes.io/arch}
 * @param engine what executes the model: {@code ONNXRuntime}
 * @param executionProvider ONNX Runtime execution provider: {@code CPU}, {@code CUDA}, {@code
 *     OpenVINO}, …
 * @param precisions precisions that the device runs well; recipes that end in another are skipped
 * @param cpuFeatures instructions of its processors as node-feature-discovery names them, for
 *     instance {@code AVX512VNNI}; what is not listed is missing; empty where they are not known
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TargetProfile(
    DeviceClass deviceClass,
    String vendor,
    String architecture,
    String engine,
    String executionProvider,
    List<Precision> precisions,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Set<String> cpuFeatures) {

  private static final Set<String> X86_DOT_PRODUCTS = Set.of("AVX512VNNI", "AVXVNNI");

  /** With processors whose instructions are not known. */
  public TargetProfile(
      DeviceClass deviceClass,
      String vendor,
      String architecture,
      String engine,
      String executionProvider,
      List<Precision> precisions) {
    this(deviceClass, vendor, architecture, engine, executionProvider, precisions, Set.of());
  }

  public TargetProfile {
    cpuFeatures =
        cpuFeatures == null ? Set.of() : Collections.unmodifiableSet(new TreeSet<>(cpuFeatures));
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

  /** Whether OpenVINO executes models, by itself or as ONNX Runtime's execution provider. */
  public boolean runsOnOpenVino() {
    return "OpenVINO".equalsIgnoreCase(executionProvider) || "OpenVINO".equalsIgnoreCase(engine);
  }

  /**
   * Whether models run on a CPU that is known to lack the instructions that make products of 8 bits
   * fast.
   */
  public boolean lacksIntegerDotProduct() {
    if (!"CPU".equalsIgnoreCase(executionProvider) || cpuFeatures.isEmpty()) {
      return false;
    }
    return "amd64".equals(architecture)
        ? cpuFeatures.stream().noneMatch(X86_DOT_PRODUCTS::contains)
        : "arm64".equals(architecture) && !cpuFeatures.contains("ASIMDDP");
  }

  /**
   * Whether sums of two products of unsigned activations with signed weights are known to saturate
   * at 16 bits: those of the instruction VPMADDUBSW, which ONNX Runtime uses on x86 processors
   * without VNNI.
   */
  public boolean saturatesIntegerSums() {
    return "amd64".equals(architecture) && lacksIntegerDotProduct();
  }
}
