package dev.modelfleet.artifact;

import java.util.List;

/**
 * {@code variant.json}: what else is in a variant's artifact and how a device checks it.
 *
 * @param schemaVersion {@value #SCHEMA_VERSION}
 * @param key content key
 * @param name the served model's name
 * @param recipe the accepted recipe's name
 * @param modelFile file name of the model, relative to the artifact's root
 * @param target class of device it was built for
 * @param source the original
 * @param inputs graph inputs in order
 * @param outputs graph outputs in order
 * @param golden how the golden inputs are to be compared
 */
public record VariantManifest(
    String schemaVersion,
    String key,
    String name,
    String recipe,
    String modelFile,
    TargetProfile target,
    Source source,
    List<Tensor> inputs,
    List<Tensor> outputs,
    Golden golden) {

  /** Version of the manifest's schema. */
  public static final String SCHEMA_VERSION = "modelfleet.dev/variant/v1";

  /** File name of the manifest in an artifact. */
  public static final String FILE = "variant.json";

  /** File name of the proof in an artifact. */
  public static final String REPORT_FILE = "report.json";

  /** File name of the proof for people in an artifact. */
  public static final String HTML_REPORT_FILE = "report.html";

  /** File name of the model in an artifact, where its format is ONNX. */
  public static final String ONNX_FILE = "model.onnx";

  /**
   * Name, Open Inference Protocol datatype and shape of a graph input or output.
   *
   * @param name as in the graph
   * @param datatype BOOL, INT8, …, FP32, BYTES
   * @param shape −1 for a dimension of any size
   */
  public record Tensor(String name, String datatype, List<Long> shape) {}

  /**
   * Golden inputs and the outputs that the builder computed from them.
   *
   * @param file an {@code .npz} with arrays {@code input/<name>} and {@code output/<name>}, the
   *     first axis counting samples that are run one at a time
   * @param samples number of samples
   * @param minCosine smallest accepted cosine between the device's and the builder's output, each
   *     flattened to a vector
   */
  public record Golden(String file, int samples, double minCosine) {}
}
