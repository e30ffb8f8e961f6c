package dev.modelfleet.runtime.serve.protocol;

import java.util.List;

/**
 * What the protocol tells of a model.
 *
 * @param name as in paths
 * @param version the version that answers
 * @param platform {@code onnxruntime_onnx}
 * @param inputs in the model's order
 * @param outputs in the model's order
 * @param maxBatchSize largest batch that requests are joined to; 0 where they are not
 */
public record ModelMetadata(
    String name,
    String version,
    String platform,
    List<TensorSpec> inputs,
    List<TensorSpec> outputs,
    int maxBatchSize) {

  /** Platform of a model in the ONNX format, by the name that Triton gives it. */
  public static final String ONNX_PLATFORM = "onnxruntime_onnx";

  public ModelMetadata {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }
}
