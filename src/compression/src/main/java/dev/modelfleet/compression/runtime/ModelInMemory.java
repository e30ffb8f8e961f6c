package dev.modelfleet.compression.runtime;

import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import dev.modelfleet.compression.transform.DeadCode;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Runs models that are in no file. The engine uses the weights where they are, so that a model that
 * differs from its file in a few nodes only costs neither a copy on disk nor one in memory.
 */
public final class ModelInMemory {

  private static final Set<ElementType> SHAREABLE =
      EnumSet.of(
          ElementType.FLOAT,
          ElementType.DOUBLE,
          ElementType.FLOAT16,
          ElementType.BFLOAT16,
          ElementType.INT8,
          ElementType.UINT8,
          ElementType.INT16,
          ElementType.INT32,
          ElementType.INT64,
          ElementType.BOOL);

  private ModelInMemory() {}

  /**
   * Loads a model.
   *
   * @throws dev.modelfleet.compression.CompressionException with INVALID_MODEL where ONNX Runtime
   *     refuses the model
   */
  public static ModelSession open(OnnxModel original, SessionOptions options) {
    // The engine does not accept weights that nothing reads.
    OnnxModel model = original.copy();
    DeadCode.remove(model.graph());
    Map<String, TensorData> weights = new LinkedHashMap<>();
    for (Map.Entry<String, Tensor> constant : model.graph().constants().entrySet()) {
      Tensor tensor = constant.getValue();
      if (tensor.isLarge() && !canShare(tensor)) {
        return ModelSession.open(model.toBytes(), options);
      }
      if (tensor.isLarge()) {
        weights.put(constant.getKey(), tensor.asTensorData());
      }
    }
    return ModelSession.open(model.toBytesWithoutData(), weights, options);
  }

  private static boolean canShare(Tensor tensor) {
    return SHAREABLE.contains(tensor.type()) && tensor.byteSize() <= Integer.MAX_VALUE;
  }
}
