package dev.modelfleet.compression.prune;

import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * Parameters of a graph, and the multiplications of its products for one sample, where some roots
 * of its {@link ChannelGraph} are removed. A multiplication with the addition after it counts as
 * two floating-point operations.
 */
final class ModelCost {

  private final List<int[][]> constants = new ArrayList<>();
  private final List<int[][]> products = new ArrayList<>();

  ModelCost(ChannelGraph channels) {
    Graph graph = channels.graph();
    for (Map.Entry<String, Tensor> constant : graph.constants().entrySet()) {
      if (constant.getValue().type().isFloat()) {
        constants.add(channels.roots(constant.getKey()));
      }
    }
    graph.nodes().forEach(node -> addProduct(channels, node));
  }

  /** All axes whose lengths multiply to the number of multiplications. */
  private void addProduct(ChannelGraph channels, Node node) {
    boolean product = node.is("Conv") || node.is("Gemm") || node.is("MatMul");
    if (!product || !channels.isKnown(node.output(0)) || !channels.isKnown(node.input(1))) {
      return;
    }
    List<int[]> axes = new ArrayList<>(List.of(channels.roots(node.output(0))));
    int[][] second = channels.roots(node.input(1));
    if (node.is("Conv")) {
      axes.addAll(List.of(second).subList(1, second.length));
    } else if (second.length >= 2) {
      boolean transposed = node.is("Gemm") && node.integer("transB", 0) == 1;
      axes.add(second[transposed ? 1 : second.length - 2]);
    }
    products.add(axes.toArray(int[][]::new));
  }

  long parameters(BitSet removed) {
    return constants.stream().mapToLong(axes -> size(axes, removed)).sum();
  }

  long flops(BitSet removed) {
    return 2 * products.stream().mapToLong(axes -> size(axes, removed)).sum();
  }

  private static long size(int[][] axes, BitSet removed) {
    long size = 1;
    for (int[] axis : axes) {
      int kept = axis.length;
      for (int root : axis) {
        kept -= removed.get(root) ? 1 : 0;
      }
      size *= kept;
    }
    return size;
  }
}
