package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.TensorData;

/** Parameters and operations of a graph as it is. */
public final class GraphCost {

  private GraphCost() {}

  /** Number of floating-point constants' elements. */
  public static long parameters(Graph graph) {
    return graph.constants().values().stream()
        .filter(tensor -> tensor.type().isFloat())
        .mapToLong(Tensor::size)
        .sum();
  }

  /**
   * Floating-point operations of all products for one sample; a multiplication with its addition
   * counts as two.
   *
   * @param shapes of at least the graph's values
   */
  public static long flops(Graph graph, ConcreteShapes shapes) {
    long products = 0;
    for (Node node : graph.nodes()) {
      long[] output = shapes.of(node.output(0));
      long[] second = shapes.of(node.input(1));
      if (output != null && second != null) {
        products += TensorData.elements(output) * depth(node, second);
      }
    }
    return 2 * products;
  }

  /** Multiplications for each element of the result. */
  private static long depth(Node node, long[] second) {
    if (node.is("Conv")) {
      return TensorData.elements(second) / second[0];
    }
    if (node.is("MatMul") && second.length >= 2) {
      return second[second.length - 2];
    }
    return node.is("Gemm") ? second[node.integer("transB", 0) == 1 ? 1 : 0] : 0;
  }
}
