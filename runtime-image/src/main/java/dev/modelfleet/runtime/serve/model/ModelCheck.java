package dev.modelfleet.runtime.serve.model;

import dev.modelfleet.runtime.serve.protocol.Shape;
import dev.modelfleet.runtime.serve.protocol.TensorSpec;
import java.util.List;
import java.util.stream.Stream;

/** Whether a loaded model is what its configuration says of it. */
final class ModelCheck {

  private ModelCheck() {}

  /**
   * Holds a model against its configuration.
   *
   * @throws ModelLoadException naming the tensor that does not fit
   */
  static void check(OrtModel engine, Origin origin) throws ModelLoadException {
    checkDeclared(engine, origin.declared());
    checkBatching(engine, origin.options().batching());
  }

  private static void checkDeclared(OrtModel engine, List<TensorSpec> declared)
      throws ModelLoadException {
    for (TensorSpec wanted : declared) {
      boolean fits =
          tensors(engine)
              .anyMatch(
                  tensor ->
                      tensor.name().equals(wanted.name())
                          && tensor.datatype() == wanted.datatype()
                          && fits(wanted.shape(), tensor.shape()));
      if (!fits) {
        throw new ModelLoadException(
            "config.pbtxt declares tensor '%s' of %s and shape %s (batch dimension included); the model has %s"
                .formatted(
                    wanted.name(), wanted.datatype(), wanted.shape(), tensors(engine).toList()));
      }
    }
  }

  /** Whether the two can describe the same tensor: −1 goes with any size. */
  private static boolean fits(Shape declared, Shape actual) {
    if (declared.rank() != actual.rank()) {
      return false;
    }
    for (int i = 0; i < declared.rank(); i++) {
      if (declared.dimension(i) != actual.dimension(i)
          && declared.dimension(i) != Shape.ANY
          && actual.dimension(i) != Shape.ANY) {
        return false;
      }
    }
    return true;
  }

  /** Requests can be joined where every tensor has a first dimension of any size. */
  private static void checkBatching(OrtModel engine, Batching batching) throws ModelLoadException {
    if (!batching.isOn()) {
      return;
    }
    for (TensorSpec tensor : tensors(engine).toList()) {
      if (tensor.shape().rank() == 0 || tensor.shape().dimension(0) != Shape.ANY) {
        throw new ModelLoadException(
            "requests can't be joined: tensor '%s' has shape %s, whose first dimension is not of any size; serve this model with a largest batch size of 0"
                .formatted(tensor.name(), tensor.shape()));
      }
    }
  }

  private static Stream<TensorSpec> tensors(OrtModel engine) {
    return Stream.concat(engine.inputs().stream(), engine.outputs().stream());
  }
}
