package dev.modelfleet.compression.quantize;

import dev.modelfleet.artifact.ActivationType;
import dev.modelfleet.artifact.TargetProfile;
import dev.modelfleet.artifact.WeightRange;

/**
 * What the engine of a target multiplies in integers. What it does not is brought into a form that
 * it does where one says the same, or else is said in the step's note.
 */
enum EngineProfile {
  /** ONNX Runtime's CPU provider: signed or unsigned weights and activations, any zero point. */
  ONNX_RUNTIME,

  /** TensorRT and the CUDA provider: signed and symmetric on both sides. */
  TENSORRT,

  /**
   * OpenVINO: activations signed or unsigned with any zero point, weights signed with zero point 0.
   * Found out with OpenVINO 2026.4 on a CPU, by the kernels that it chooses: with unsigned weights,
   * 16-bit activations and scales that are computed at run time it computes in FP32.
   */
  OPENVINO;

  /** Of a target; ONNX Runtime's CPU provider where it is not known. */
  static EngineProfile of(TargetProfile target) {
    if (target == null) {
      return ONNX_RUNTIME;
    }
    return target.needsSymmetricActivations()
        ? TENSORRT
        : target.runsOnOpenVino() ? OPENVINO : ONNX_RUNTIME;
  }

  /** The type of activations instead of one that the engine refuses. */
  ActivationType activations(ActivationType asked) {
    return this == TENSORRT ? ActivationType.INT8 : asked;
  }

  /** The range of weights instead of one that the engine has no integer kernels for. */
  WeightRange weights(WeightRange asked) {
    return this == OPENVINO && asked == WeightRange.UNSIGNED ? WeightRange.FULL : asked;
  }

  /** What to add to a step's note where the range of weights is not the one that was asked for. */
  String weightNote(WeightRange asked) {
    return weights(asked) == asked
        ? ""
        : ", signed weights instead of unsigned, for which OpenVINO has no integer kernels";
  }

  /** What to add to a static step's note where its products do not end up in integers. */
  String activationNote(ActivationType used) {
    return this == OPENVINO && used == ActivationType.UINT16
        ? ", which OpenVINO computes in FP32"
        : "";
  }

  /** As {@link #activationNote} for scales that are computed at run time. */
  String dynamicNote() {
    return this == OPENVINO
        ? ", which OpenVINO computes in FP32: scheme Static has integer kernels there"
        : "";
  }
}
