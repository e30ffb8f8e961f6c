package dev.modelfleet.runtime.serve.protocol;

import java.util.List;

/**
 * A request as decoded, not yet checked against a model. Holds its tensors' memory until closed.
 *
 * @param id as the client gave it, echoed in the response; null where it gave none
 * @param inputs in the order of the request
 * @param outputs what is asked for; empty for every output of the model
 * @param binaryOutputs whether outputs that are not listed are given in binary form (HTTP only)
 * @param timeoutMicros longest time that the request may wait before it runs; 0 for no limit
 * @param priority 1 for the most urgent; 0 for the model's default
 */
public record InferRequest(
    String id,
    List<Tensor> inputs,
    List<RequestedOutput> outputs,
    boolean binaryOutputs,
    long timeoutMicros,
    long priority)
    implements AutoCloseable {

  /**
   * The input of this name.
   *
   * @throws java.util.NoSuchElementException where it is not given
   */
  public Tensor input(String name) {
    return inputs.stream().filter(input -> input.name().equals(name)).findFirst().orElseThrow();
  }

  @Override
  public void close() {
    inputs.forEach(Tensor::release);
  }
}
