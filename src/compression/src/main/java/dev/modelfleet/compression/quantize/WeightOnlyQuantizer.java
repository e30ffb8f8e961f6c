package dev.modelfleet.compression.quantize;

import dev.modelfleet.artifact.Granularity;
import dev.modelfleet.artifact.Step;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.transform.Canonical;
import dev.modelfleet.compression.transform.DeadCode;
import dev.modelfleet.compression.transform.Transform;
import dev.modelfleet.compression.transform.TransformContext;
import java.util.Set;

/**
 * Stores weights as 8-bit integers that a DequantizeLinear expands before use; all computation
 * stays in FP32. Needs no data and loses next to nothing; saves disk and transfer, not time.
 */
public final class WeightOnlyQuantizer implements Transform {

  private static final Set<String> OPERATORS = Set.of("MatMul", "Gemm", "Conv", "Gather");

  /** First operator set whose DequantizeLinear has an axis. */
  static final int OPSET = 13;

  private final Step.Quantize step;
  private final NodeSelection nodes;

  /** A quantizer with a step's settings. */
  public WeightOnlyQuantizer(Step.Quantize step) {
    this(step, NodeSelection.ALL);
  }

  /** As {@link #WeightOnlyQuantizer(Step.Quantize)} for some nodes only. */
  public WeightOnlyQuantizer(Step.Quantize step, NodeSelection nodes) {
    this.step = step;
    this.nodes = nodes;
  }

  @Override
  public String apply(OnnxModel model, TransformContext context) {
    OperatorChoice choice = OperatorChoice.of(step, OPERATORS, nodes);
    Canonical.prepare(model, OPSET);
    Graph graph = model.graph();
    GraphEdit edit = new GraphEdit(graph);
    int tensors = 0;
    for (Node node : edit.originalNodes()) {
      Tensor weights = WeightSites.of(graph, node).orElse(null);
      if (weights != null && choice.includes(node)) {
        replace(edit, node, weights);
        tensors++;
      } else {
        edit.add(node);
      }
    }
    if (tensors == 0) {
      throw new StepNotApplicableException(
          "quantize",
          "no %s with constant FP32 weights of at least %d elements"
              .formatted(String.join(", ", choice.names()), WeightSites.MIN_ELEMENTS));
    }
    edit.finish();
    DeadCode.remove(graph);
    return "weights of %d nodes to int8, computation stays in FP32".formatted(tensors);
  }

  private void replace(GraphEdit edit, Node node, Tensor weights) {
    if (node.is("Gather")) {
      EmbeddingTable.replace(edit, node, weights);
      return;
    }
    int axis =
        step.granularity() == Granularity.PER_CHANNEL
            ? WeightSites.channelAxis(node)
            : Int8Weights.PER_TENSOR;
    int index = WeightSites.inputIndex(node);
    String name = node.input(index);
    node.inputs().set(index, edit.dequantized(name, axis, () -> Int8Weights.of(weights, axis)));
    edit.add(node);
  }
}
