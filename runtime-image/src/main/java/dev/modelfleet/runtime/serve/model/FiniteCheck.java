package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.Tensor;

/** Refuses NaN and infinity in floating-point tensors. */
final class FiniteCheck {

  private FiniteCheck() {}

  /**
   * Looks at every element of a floating-point tensor; others are always finite.
   *
   * @throws ProtocolException (invalid) naming the first element that is not finite
   */
  static void check(Tensor tensor) {
    switch (tensor.datatype()) {
      case FP16, BF16, FP32, FP64 -> {
        int elements = tensor.shape().elements();
        for (int i = 0; i < elements; i++) {
          double value = TensorElements.number(tensor, i);
          if (!Double.isFinite(value)) {
            throw ProtocolException.invalid(
                "input '%s': element %d is %s; this server takes finite numbers only",
                tensor.name(), i, value);
          }
        }
      }
      default -> {
        // Integers, truth values and strings.
      }
    }
  }
}
