package dev.modelfleet.compression.quantize;

import dev.modelfleet.artifact.ActivationType;
import dev.modelfleet.artifact.Step;
import dev.modelfleet.artifact.TargetProfile;
import dev.modelfleet.artifact.WeightRange;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.saturation.SaturatedModel;
import java.util.HashSet;
import java.util.Set;

/**
 * Which integers stand for weights that are multiplied with 8-bit activations: those that the
 * recipe asks for, or else those that the target's processor multiplies exactly.
 */
final class WeightStorage {

  private final WeightRange asked;
  private final boolean saturates;
  private final String engineNote;
  private final Set<String> unsigned = new HashSet<>();

  private WeightStorage(WeightRange asked, boolean saturates, String engineNote) {
    this.asked = asked;
    this.saturates = saturates;
    this.engineNote = engineNote;
  }

  /**
   * What a step asks for.
   *
   * @param target null where it is not known
   * @param activations type of what the weights are multiplied with
   */
  static WeightStorage of(Step.Quantize step, TargetProfile target, ActivationType activations) {
    boolean signed = activations == ActivationType.INT8;
    EngineProfile engine = EngineProfile.of(target);
    WeightRange asked =
        signed && step.weightRange() == WeightRange.UNSIGNED
            ? null
            : engine.weights(step.weightRange());
    boolean saturates =
        target != null && target.saturatesIntegerSums() && activations == ActivationType.UINT8;
    return new WeightStorage(asked, saturates, engine.weightNote(step.weightRange()));
  }

  /**
   * Quantizes weights of a node.
   *
   * @param node MatMul, Gemm or Conv as it multiplies with these weights
   * @param axis from 0, or {@link Int8Weights#PER_TENSOR}
   * @param minScales the least scales, or empty
   */
  Int8Weights store(Node node, Tensor weights, int axis, float[] minScales) {
    if (asked == WeightRange.REDUCED) {
      return Int8Weights.reduced(weights, axis, minScales);
    }
    Int8Weights full = Int8Weights.of(weights, axis, minScales);
    boolean avoid = asked == null && saturates && SaturatedModel.canSaturate(node, full.values());
    if (asked != WeightRange.UNSIGNED && !avoid) {
      return full;
    }
    unsigned.add(node.output(0));
    return full.unsigned();
  }

  /** What to say of it; empty where weights are stored as always. */
  String note() {
    if (asked == WeightRange.REDUCED) {
      return ", weights within 64";
    }
    if (unsigned.isEmpty()) {
      return engineNote;
    }
    return ", unsigned weights in %d layers%s"
        .formatted(
            unsigned.size(),
            asked == null ? ", where the target's processor would saturate signed ones" : "");
  }
}
