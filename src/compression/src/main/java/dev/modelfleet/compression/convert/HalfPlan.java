package dev.modelfleet.compression.convert;

import dev.modelfleet.compression.calibration.Range;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.graph.Uses;
import dev.modelfleet.compression.tensor.ElementType;
import dev.modelfleet.compression.transform.ValueTypes;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which nodes stay in FP32: operators that have no FP16 form or lose too much in it, nodes with
 * weights or measured activations beyond FP16's range, and small pieces between such nodes, where
 * two casts would cost more than they save.
 */
final class HalfPlan {

  /** No FP16 in their definition, or FP16 kernels that are known to be wrong or missing. */
  private static final Set<String> NO_HALF =
      Set.of(
          "Bernoulli",
          "ConstantOfShape",
          "CumSum",
          "DequantizeLinear",
          "DynamicQuantizeLinear",
          "EyeLike",
          "GroupNormalization",
          "ImageDecoder",
          "Max",
          "MelWeightMatrix",
          "Min",
          "Multinomial",
          "NonMaxSuppression",
          "OneHot",
          "QuantizeLinear",
          "RandomNormal",
          "RandomNormalLike",
          "RandomUniform",
          "RandomUniformLike",
          "Range",
          "RoiAlign",
          "StringNormalizer",
          "TfIdfVectorizer",
          "TopK",
          "Upsample");

  /** Sums and powers that leave FP16's range long before their inputs do. */
  private static final Set<String> WIDE =
      Set.of(
          "Exp",
          "Pow",
          "ReduceL1",
          "ReduceL2",
          "ReduceLogSum",
          "ReduceLogSumExp",
          "ReduceMean",
          "ReduceProd",
          "ReduceSum",
          "ReduceSumSquare",
          "Sqrt");

  /** Largest measured activation that still leaves FP16 room for unseen inputs. */
  private static final float MAX_ACTIVATION = Half.MAX / 4;

  private final Graph graph;
  private final ValueTypes types;
  private final Uses uses;
  private final Set<Node> full = new HashSet<>();

  private HalfPlan(Graph graph, ValueTypes types) {
    this.graph = graph;
    this.types = types;
    this.uses = new Uses(graph);
  }

  /**
   * @param ranges of activations that were measured; may be empty
   * @return nodes that stay in FP32
   */
  static Set<Node> fullPrecision(Graph graph, ValueTypes types, Map<String, Range> ranges) {
    HalfPlan plan = new HalfPlan(graph, types);
    for (Node node : graph.nodes()) {
      if (plan.needsFull(node, ranges)) {
        plan.full.add(node);
      }
    }
    plan.fillGaps();
    return plan.full;
  }

  private boolean needsFull(Node node, Map<String, Range> ranges) {
    return !node.domain().isEmpty()
        || node.hasSubgraph()
        || NO_HALF.contains(node.opType())
        || WIDE.contains(node.opType())
        || node.inputs().stream().anyMatch(this::overflows)
        || node.outputs().stream().anyMatch(o -> exceeds(ranges.get(o)))
        || node.inputs().stream().anyMatch(i -> exceeds(ranges.get(i)));
  }

  private boolean overflows(String input) {
    Tensor constant = graph.constants().get(input);
    return constant != null && constant.type() == ElementType.FLOAT && Half.overflows(constant);
  }

  private static boolean exceeds(Range range) {
    return range != null && range.maxAbsolute() > MAX_ACTIVATION;
  }

  /** A node between two that stay in FP32, as the Add of an epsilon before a Sqrt, stays too. */
  private void fillGaps() {
    for (Node node : graph.nodes()) {
      boolean between =
          !full.contains(node)
              && node.inputs().stream().filter(this::isFloatValue).allMatch(this::madeInFull)
              && node.inputs().stream().anyMatch(this::isFloatValue)
              && node.outputs().stream().allMatch(this::readInFullOnly);
      if (between) {
        full.add(node);
      }
    }
  }

  private boolean isFloatValue(String value) {
    return types.isFloat(value) && !graph.constants().containsKey(value);
  }

  private boolean madeInFull(String value) {
    return uses.producer(value).filter(full::contains).isPresent();
  }

  private boolean readInFullOnly(String value) {
    return !uses.consumers(value).isEmpty()
        && uses.consumers(value).stream().allMatch(full::contains);
  }
}
