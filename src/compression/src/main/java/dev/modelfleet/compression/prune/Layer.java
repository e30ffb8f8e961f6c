package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.tensor.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A node that multiplies with constant weights.
 *
 * @param node Conv, Gemm or MatMul
 * @param outAxis axis of the weights that counts output channels
 * @param inAxis axis of the weights that counts input channels, of one group for a convolution
 */
public record Layer(Node node, int outAxis, int inAxis) {

  /** The layers of a graph in its order. */
  public static List<Layer> of(Graph graph) {
    List<Layer> layers = new ArrayList<>();
    graph.nodes().forEach(node -> of(graph, node).ifPresent(layers::add));
    return layers;
  }

  /** A node as a layer; none where its weights are no FP32 constant. */
  public static Optional<Layer> of(Graph graph, Node node) {
    Tensor weights = graph.constants().get(node.input(1));
    if (weights == null || weights.type() != ElementType.FLOAT) {
      return Optional.empty();
    }
    if (node.is("Conv") && weights.rank() >= 3) {
      return Optional.of(new Layer(node, 0, 1));
    }
    if (node.is("Gemm") && node.integer("transA", 0) == 0) {
      int out = node.integer("transB", 0) == 1 ? 0 : 1;
      return Optional.of(new Layer(node, out, 1 - out));
    }
    return node.is("MatMul") && weights.rank() == 2
        ? Optional.of(new Layer(node, 1, 0))
        : Optional.empty();
  }

  /** Name of the constant. */
  public String weights() {
    return node.input(1);
  }

  /** Value that is multiplied. */
  public String input() {
    return node.input(0);
  }

  /** Product. */
  public String output() {
    return node.output(0);
  }

  public boolean isConvolution() {
    return node.is("Conv");
  }

  /** Number of groups of a convolution; 1 for others. */
  public int groups() {
    return isConvolution() ? (int) node.integer("group", 1) : 1;
  }

  /** Axis of the input that counts channels. */
  public int channelAxis(int rank) {
    return isConvolution() ? 1 : rank - 1;
  }
}
