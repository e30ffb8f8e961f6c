package dev.modelfleet.compression.quantize;

import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts operators that read weights in blocks in the place of MatMul, Gemm and Gather. */
final class BlockRewrite {

  /** Operator set of ONNX Runtime's own operators. */
  static final String DOMAIN = "com.microsoft";

  /** Values of MatMulNBits' accuracy_level: what activations are rounded to. */
  private static final int LEVEL_FP32 = 1;

  private static final int LEVEL_INT8 = 4;

  private final GraphEdit edit;
  private final boolean integerProducts;
  private final Map<BlockWeights, List<String>> stored = new HashMap<>();

  BlockRewrite(GraphEdit edit, boolean integerProducts) {
    this.edit = edit;
    this.integerProducts = integerProducts;
  }

  void keep(Node node) {
    edit.add(node);
  }

  /** Replaces a product with a constant matrix. */
  void product(Node node, BlockWeights weights, Tensor matrix, BlockFormat format) {
    int channelAxis = WeightSites.channelAxis(node);
    boolean bias = node.is("Gemm") && !node.input(2).isEmpty();
    String output = bias ? edit.fresh(node.output(0) + "_product") : node.output(0);
    List<String> inputs = new ArrayList<>(List.of(node.input(0)));
    inputs.addAll(store(node.input(1), weights));
    edit.add(
        Node.of("MatMulNBits", node.name() + "_quant", inputs, List.of(output))
            .inDomain(DOMAIN)
            .with("K", matrix.dimension(1 - channelAxis))
            .with("N", matrix.dimension(channelAxis))
            .with("bits", format.bits())
            .with("block_size", format.size())
            .with("accuracy_level", integerProducts ? LEVEL_INT8 : LEVEL_FP32));
    if (bias) {
      edit.add(
          Node.of("Add", output + "_add", List.of(output, node.input(2)), List.of(node.output(0))));
    }
  }

  /**
   * Replaces a read of rows of a constant table.
   *
   * @param table with codes of two axes
   */
  void gather(Node node, BlockWeights table, BlockFormat format) {
    List<String> inputs = new ArrayList<>(store(node.input(0), table));
    inputs.add(1, node.input(1));
    edit.add(
        Node.of("GatherBlockQuantized", node.name() + "_quant", inputs, node.outputs())
            .inDomain(DOMAIN)
            .with("bits", format.bits())
            .with("block_size", format.size())
            .with("gather_axis", 0)
            .with("quantize_axis", 1));
  }

  private List<String> store(String name, BlockWeights weights) {
    return stored.computeIfAbsent(
        weights,
        w -> {
          List<String> names = new ArrayList<>();
          names.add(edit.constant(name + "_blocks", w.codes()));
          names.add(edit.constant(name + "_scales", w.scales()));
          if (w.zeroPoints() != null) {
            names.add(edit.constant(name + "_zero_points", w.zeroPoints()));
          }
          return names;
        });
  }

  void finish() {
    edit.finish();
  }
}
