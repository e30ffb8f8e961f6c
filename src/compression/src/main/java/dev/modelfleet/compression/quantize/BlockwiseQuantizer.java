package dev.modelfleet.compression.quantize;

import dev.modelfleet.artifact.Precision;
import dev.modelfleet.artifact.Step;
import dev.modelfleet.artifact.WeightFormat;
import dev.modelfleet.artifact.WeightRounding;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.calibration.GramMatrices;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.transform.Canonical;
import dev.modelfleet.compression.transform.DeadCode;
import dev.modelfleet.compression.transform.Transform;
import dev.modelfleet.compression.transform.TransformContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Stores weights as integers of 4 or 8 bits with a scale, and unless symmetric a zero point, for
 * each block of an output channel's weights. ONNX Runtime multiplies with them as they are
 * (MatMulNBits) and expands only the rows of a table that are read (GatherBlockQuantized).
 */
public final class BlockwiseQuantizer implements Transform {

  private static final Set<String> OPERATORS = Set.of("MatMul", "Gemm", "Gather");

  private final Step.Quantize step;
  private final NodeSelection nodes;
  private final BlockFormat format;

  /** A quantizer with a step's settings. */
  public BlockwiseQuantizer(Step.Quantize step) {
    this(step, NodeSelection.ALL);
  }

  /** As {@link #BlockwiseQuantizer(Step.Quantize)} for some nodes only. */
  public BlockwiseQuantizer(Step.Quantize step, NodeSelection nodes) {
    this.step = step;
    this.nodes = nodes;
    WeightFormat weights = step.weights();
    this.format = new BlockFormat(weights.bits(), weights.blockSize(), weights.symmetric());
  }

  @Override
  public String apply(OnnxModel model, TransformContext context) {
    OperatorChoice choice = OperatorChoice.of(step, OPERATORS, nodes);
    Canonical.prepare(model, 11);
    Graph graph = model.graph();
    Map<Node, BlockWeights> products = products(model, choice, context);
    BlockRewrite rewrite =
        new BlockRewrite(new GraphEdit(graph), step.weights().computation() == Precision.INT8);
    Map<String, BlockWeights> rows = new HashMap<>();
    int tables = 0;
    for (Node node : List.copyOf(graph.nodes())) {
      Tensor table = table(graph, choice, node);
      if (table != null) {
        rewrite.gather(node, rows.computeIfAbsent(node.input(0), name -> table(table)), format);
        tables++;
      } else if (products.containsKey(node)) {
        rewrite.product(node, products.get(node), graph.constants().get(node.input(1)), format);
      } else {
        rewrite.keep(node);
      }
    }
    if (products.isEmpty() && tables == 0) {
      throw new StepNotApplicableException(
          "quantize",
          "no %s with constant FP32 weights of at least %d elements: use granularity PerChannel for"
                  .formatted(String.join(", ", choice.names()), WeightSites.MIN_ELEMENTS)
              + " convolutions");
    }
    rewrite.finish();
    model.setOpset(BlockRewrite.DOMAIN, 1, model.irVersion());
    DeadCode.remove(graph);
    return "%d matrix products and %d embedding tables to int%d in %s blocks of %d, rounding %s, %s"
        .formatted(
            products.size(),
            tables,
            format.bits(),
            format.symmetric() ? "symmetric" : "asymmetric",
            format.size(),
            roundingName(),
            step.weights().computation() == Precision.INT8
                ? "computation in INT8"
                : "computation stays in FP32");
  }

  private String roundingName() {
    return switch (step.weights().rounding()) {
      case NEAREST -> "to nearest";
      case HQQ -> "half-quadratic";
      case GPTQ -> "by GPTQ";
    };
  }

  /**
   * A table's rows are read, not multiplied: there is no Gram matrix that says what errors cost.
   */
  private WeightRounding tableRounding() {
    return step.weights().rounding() == WeightRounding.GPTQ
        ? WeightRounding.HQQ
        : step.weights().rounding();
  }

  private Tensor table(Graph graph, OperatorChoice choice, Node node) {
    if (!node.is("Gather") || !choice.includes(node)) {
      return null;
    }
    return WeightSites.of(graph, node)
        .filter(table -> table.dimension(1) % format.size() == 0)
        .orElse(null);
  }

  private BlockWeights table(Tensor table) {
    BlockWeights made = BlockWeights.of(table, format, BlockRounding.independent(tableRounding()));
    Tensor codes = made.codes();
    return new BlockWeights(
        codes.reshaped(codes.dimension(0), codes.dimension(1) * codes.dimension(2)),
        made.scales(),
        made.zeroPoints());
  }

  private Map<Node, BlockWeights> products(
      OnnxModel model, OperatorChoice choice, TransformContext context) {
    Graph graph = model.graph();
    Map<String, List<Node>> readers = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      if (choice.includes(node)
          && DynamicQuantizer.isPlainProduct(node)
          && WeightSites.of(graph, node).isPresent()) {
        readers.computeIfAbsent(node.input(0), value -> new ArrayList<>()).add(node);
      }
    }
    Map<Node, BlockWeights> products = new HashMap<>();
    if (step.weights().rounding() != WeightRounding.GPTQ) {
      BlockRounding rounding = BlockRounding.independent(step.weights().rounding());
      Map<String, BlockWeights> shared = new HashMap<>();
      readers
          .values()
          .forEach(
              list ->
                  list.forEach(
                      node ->
                          products.put(
                              node,
                              shared.computeIfAbsent(
                                  node.opType() + node.integer("transB", 0) + node.input(1),
                                  key -> quantize(graph, node, rounding)))));
      return products;
    }
    Map<String, Integer> widths = new LinkedHashMap<>();
    readers.forEach((value, list) -> widths.put(value, (int) inputs(graph, list.getFirst())));
    GramMatrices.run(
        model,
        widths,
        data(context),
        (value, gram) -> {
          BlockRounding rounding = BlockRounding.compensated(InverseFactor.of(gram));
          readers.get(value).forEach(node -> products.put(node, quantize(graph, node, rounding)));
        });
    return products;
  }

  private static Dataset data(TransformContext context) {
    return context
        .calibration()
        .orElseThrow(
            () ->
                new StepNotApplicableException(
                    "quantize",
                    "quantize.weights.rounding GPTQ needs calibration data: set"
                        + " spec.calibration.dataset"));
  }

  private static long inputs(Graph graph, Node node) {
    return graph.constants().get(node.input(1)).dimension(1 - WeightSites.channelAxis(node));
  }

  private BlockWeights quantize(Graph graph, Node node, BlockRounding rounding) {
    Tensor weights = graph.constants().get(node.input(1));
    Tensor rows = WeightSites.channelAxis(node) == 0 ? weights : Matrices.transpose(weights);
    return BlockWeights.of(rows, format, rounding);
  }
}
