package dev.modelfleet.runtime.serve.protocol;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Holds a request against what the model declares, before any of it reaches the model. */
public final class RequestCheck {

  private RequestCheck() {}

  /**
   * Checks that every input is there once with a type and shape that fit, and every requested
   * output exists.
   *
   * @throws ProtocolException (invalid) with the first thing that does not fit
   */
  public static void check(InferRequest request, ModelMetadata model) {
    checkInputs(request.inputs(), model);
    checkBatch(request.inputs(), model);
    checkOutputs(request.outputs(), model);
  }

  private static void checkInputs(List<Tensor> inputs, ModelMetadata model) {
    Map<String, Tensor> given = new HashMap<>();
    for (Tensor input : inputs) {
      if (given.put(input.name(), input) != null) {
        throw ProtocolException.invalid("input '%s' is given twice", input.name());
      }
    }
    for (TensorSpec declared : model.inputs()) {
      Tensor input = given.remove(declared.name());
      if (input == null) {
        throw ProtocolException.invalid(
            "input '%s' of model '%s' is missing; it takes %s",
            declared.name(), model.name(), names(model.inputs()));
      }
      checkInput(input, declared, model);
    }
    if (!given.isEmpty()) {
      throw ProtocolException.invalid(
          "model '%s' has no input '%s'; it takes %s",
          model.name(), given.keySet().iterator().next(), names(model.inputs()));
    }
  }

  private static void checkInput(Tensor input, TensorSpec declared, ModelMetadata model) {
    if (input.datatype() != declared.datatype()) {
      throw ProtocolException.invalid(
          "input '%s' of model '%s' has datatype %s, must be %s",
          input.name(), model.name(), input.datatype(), declared.datatype());
    }
    if (!declared.shape().accepts(input.shape())) {
      throw ProtocolException.invalid(
          "input '%s' of model '%s' has shape %s, must be %s (-1: any size)",
          input.name(), model.name(), input.shape(), declared.shape());
    }
  }

  /** Where requests are joined, all inputs have the same number of items, and not too many. */
  private static void checkBatch(List<Tensor> inputs, ModelMetadata model) {
    if (model.maxBatchSize() == 0) {
      return;
    }
    Tensor first = inputs.getFirst();
    long items = first.shape().dimension(0);
    if (items < 1 || items > model.maxBatchSize()) {
      throw ProtocolException.invalid(
          "input '%s' has batch size %d, must be from 1 to model '%s''s max_batch_size %d",
          first.name(), items, model.name(), model.maxBatchSize());
    }
    for (Tensor input : inputs) {
      if (input.shape().dimension(0) != items) {
        throw ProtocolException.invalid(
            "input '%s' has batch size %d, but input '%s' has %d",
            input.name(), input.shape().dimension(0), first.name(), items);
      }
    }
  }

  private static void checkOutputs(List<RequestedOutput> outputs, ModelMetadata model) {
    Set<String> seen = new HashSet<>();
    for (RequestedOutput output : outputs) {
      if (model.outputs().stream().noneMatch(spec -> spec.name().equals(output.name()))) {
        throw ProtocolException.invalid(
            "model '%s' has no output '%s'; it gives %s",
            model.name(), output.name(), names(model.outputs()));
      }
      if (!seen.add(output.name())) {
        throw ProtocolException.invalid("output '%s' is requested twice", output.name());
      }
    }
  }

  private static List<String> names(List<TensorSpec> specs) {
    return specs.stream().map(TensorSpec::name).toList();
  }
}
