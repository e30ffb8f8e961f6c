package dev.modelfleet.runtime.serve.protocol;

import java.util.List;

/**
 * The answer to a request. Holds its tensors' memory until a transport has written it or closed it.
 *
 * @param modelName the model that ran
 * @param modelVersion its version
 * @param id the request's id; null where it had none
 * @param outputs in the order asked for, or the model's
 * @param timing what became of the request's time
 */
public record InferResponse(
    String modelName, String modelVersion, String id, List<Output> outputs, Timing timing)
    implements AutoCloseable {

  /**
   * {@link System#nanoTime} of a request's stations.
   *
   * @param arrivedNanos when all of it had arrived
   * @param startNanos when its turn came
   * @param endNanos when its outputs were there
   */
  public record Timing(long arrivedNanos, long startNanos, long endNanos) {}

  /**
   * One output.
   *
   * @param tensor its elements
   * @param binary whether to write it in binary form (HTTP only)
   */
  public record Output(Tensor tensor, boolean binary) {}

  @Override
  public void close() {
    outputs.forEach(output -> output.tensor().release());
  }
}
