package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Integer type of statically quantized activations. */
public enum ActivationType {
  /** Unsigned, with a zero point: the fastest form on x86 and Arm CPUs. */
  @JsonProperty("UInt8")
  UINT8,

  /** Signed and symmetric, zero point 0: the form that TensorRT requires. */
  @JsonProperty("Int8")
  INT8,

  /**
   * Unsigned 16-bit with a zero point: for activations that 8 bits lose too much of. ONNX Runtime's
   * CPU provider computes with them in FP32.
   */
  @JsonProperty("UInt16")
  UINT16
}
