package dev.modelfleet.compression.runtime;

import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.tensor.TensorData;
import dev.modelfleet.compression.transform.DeadCode;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Runs models that are in no file. Weights that are as they are in the original's file are mapped
 * from there by the engine, the others lent, so that a model that differs from its file in a few
 * nodes only costs neither a copy on disk nor one in memory.
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
    Map<String, TensorData> lent = new LinkedHashMap<>();
    Set<String> mapped = new HashSet<>();
    Path directory = null;
    for (Map.Entry<String, Tensor> constant : model.graph().constants().entrySet()) {
      Tensor tensor = constant.getValue();
      if (!tensor.isLarge()) {
        continue;
      }
      // The engine maps what is in a file, and copies what it is lent.
      Path found = tensor.directory().orElse(null);
      if (found != null && (directory == null || directory.equals(found))) {
        directory = found;
        mapped.add(constant.getKey());
      } else if (canShare(tensor)) {
        lent.put(constant.getKey(), tensor.asTensorData());
      } else {
        return ModelSession.open(model.toBytes(), options);
      }
    }
    return ModelSession.open(
        model.toBytesWithoutData(mapped), new ModelSession.Weights(lent, directory), options);
  }

  private static boolean canShare(Tensor tensor) {
    return SHAREABLE.contains(tensor.type()) && tensor.byteSize() <= Integer.MAX_VALUE;
  }
}
