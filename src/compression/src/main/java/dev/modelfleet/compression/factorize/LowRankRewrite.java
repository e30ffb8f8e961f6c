package dev.modelfleet.compression.factorize;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.NameSource;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.prune.Layer;
import dev.modelfleet.compression.transform.DeadCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Puts two layers in the place of one: products with both factors, or for a convolution one with
 * its kernel and as many channels as the rank, and behind it one of size 1.
 */
final class LowRankRewrite {

  private final Graph graph;
  private final NameSource names;

  private LowRankRewrite(Graph graph) {
    this.graph = graph;
    this.names = graph.names();
  }

  /**
   * Replaces layers.
   *
   * @param ranks by the name of the layer's output
   * @return names of the first factors
   */
  static List<String> apply(Graph graph, Map<String, LowRank> factors, Map<String, Integer> ranks) {
    LowRankRewrite rewrite = new LowRankRewrite(graph);
    List<String> made = new ArrayList<>();
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Integer rank = ranks.get(node.output(0));
      if (rank == null) {
        nodes.add(node);
      } else {
        List<Node> pair = rewrite.replace(node, factors.get(node.output(0)), rank);
        made.add(pair.getFirst().input(1));
        nodes.addAll(pair);
      }
    }
    graph.nodes().clear();
    graph.nodes().addAll(nodes);
    DeadCode.remove(graph);
    return made;
  }

  private List<Node> replace(Node node, LowRank factors, int rank) {
    Layer layer = factors.layer();
    String between = names.fresh(node.output(0) + "_low_rank");
    float[] left = leading(factors.left(), rank);
    float[] right = leading(factors.right(), rank);
    String wish = node.input(1);
    if (layer.isConvolution()) {
      long[] shape = graph.constants().get(wish).shape();
      shape[0] = rank;
      String first = constant(wish + "_left", Tensor.ofFloats(left, shape));
      String second = constant(wish + "_right", transposed(right, rank, 1, 1));
      return convolutions(node, between, first, second);
    }
    String first = constant(wish + "_left", transposed(left, rank));
    Tensor last =
        layer.outAxis() == 0
            ? transposed(right, rank)
            : Tensor.ofFloats(right, rank, factors.outputs());
    Node product = Node.of("MatMul", between, List.of(node.input(0), first), List.of(between));
    Node rest = node.copy();
    rest.inputs().set(0, between);
    rest.inputs().set(1, constant(wish + "_right", last));
    return List.of(product, rest);
  }

  private static List<Node> convolutions(Node node, String between, String first, String second) {
    Node spatial = node.copy();
    spatial.inputs().clear();
    spatial.inputs().addAll(List.of(node.input(0), first));
    spatial.outputs().set(0, between);
    List<String> inputs = new ArrayList<>(List.of(between, second));
    if (!node.input(2).isEmpty()) {
      inputs.add(node.input(2));
    }
    Node pointwise =
        Node.of("Conv", node.name() + "_right", inputs, node.outputs())
            .with("kernel_shape", List.of(1L, 1L));
    return List.of(spatial, pointwise);
  }

  private String constant(String wish, Tensor tensor) {
    String name = names.fresh(wish);
    graph.constants().put(name, tensor);
    return name;
  }

  /** The first rows. */
  private static float[] leading(Tensor rows, int rank) {
    float[] values = new float[Math.toIntExact(rank * rows.dimension(1))];
    rows.copyFloats(0, values);
    return values;
  }

  /** Rows as columns, with further axes of size 1. */
  private static Tensor transposed(float[] rows, int rank, long... more) {
    int width = rows.length / rank;
    float[] columns = new float[rows.length];
    for (int r = 0; r < rank; r++) {
      for (int c = 0; c < width; c++) {
        columns[c * rank + r] = rows[r * width + c];
      }
    }
    long[] shape = new long[2 + more.length];
    shape[0] = width;
    shape[1] = rank;
    System.arraycopy(more, 0, shape, 2, more.length);
    return Tensor.ofFloats(columns, shape);
  }
}
