package dev.modelfleet.compression.quantize;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.ElementType;
import java.util.Optional;

/** Which inputs of which operators are weights that can be quantized. */
final class WeightSites {

  /** Smaller weights save next to nothing and their kernels gain nothing. */
  static final long MIN_ELEMENTS = 1024;

  private WeightSites() {}

  /** The FLOAT constant that a node multiplies with, where it has one of a usable shape. */
  static Optional<Tensor> of(Graph graph, Node node) {
    return ofAnySize(graph, node).filter(weights -> weights.size() >= MIN_ELEMENTS);
  }

  /**
   * As {@link #of} for weights of any size. Where activations are integers too, a small
   * convolution, as a first or a depthwise one, must not break the chain of integers.
   */
  static Optional<Tensor> ofAnySize(Graph graph, Node node) {
    int index = inputIndex(node);
    Tensor weights = index < 0 ? null : graph.constants().get(node.input(index));
    boolean usable =
        weights != null
            && weights.type() == ElementType.FLOAT
            && weights.size() > 0
            && weights.rank() >= 2
            && (node.is("Conv") || weights.rank() == 2);
    return usable ? Optional.of(weights) : Optional.empty();
  }

  /** Which input of the node its weights are; −1 for an operator without weights. */
  static int inputIndex(Node node) {
    if (!node.domain().isEmpty()) {
      return -1;
    }
    return switch (node.opType()) {
      case "MatMul", "Gemm", "Conv" -> 1;
      case "Gather" -> node.integer("axis", 0) == 0 ? 0 : -1;
      default -> -1;
    };
  }

  /** Axis of the weights that counts output channels. */
  static int channelAxis(Node node) {
    return switch (node.opType()) {
      case "MatMul" -> 1;
      case "Gemm" -> node.integer("transB", 0) == 1 ? 0 : 1;
      default -> 0;
    };
  }
}
