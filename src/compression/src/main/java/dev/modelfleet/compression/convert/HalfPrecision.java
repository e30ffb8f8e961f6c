package dev.modelfleet.compression.convert;

import dev.modelfleet.artifact.Step;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.calibration.MinMaxCalibration;
import dev.modelfleet.compression.calibration.Range;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.transform.ConstantNodes;
import dev.modelfleet.compression.transform.DeadCode;
import dev.modelfleet.compression.transform.Transform;
import dev.modelfleet.compression.transform.TransformContext;
import dev.modelfleet.compression.transform.ValueTypes;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Converts FP32 weights and computation to FP16. Nodes that would lose too much stay in FP32, see
 * {@link HalfPlan}; where calibration data is at hand, their activations are measured. Casts are
 * inserted where the two meet.
 */
public final class HalfPrecision implements Transform {

  private final Step.Convert step;

  /** A conversion with a step's settings. */
  public HalfPrecision(Step.Convert step) {
    this.step = step;
  }

  @Override
  public String apply(OnnxModel model, TransformContext context) {
    Graph graph = model.graph();
    ConstantNodes.lift(graph);
    ValueTypes types = ValueTypes.infer(model);
    Map<String, Range> ranges =
        context
            .calibration()
            .map(data -> MinMaxCalibration.run(model, activations(graph, types), data))
            .orElse(Map.of());
    Set<Node> full = HalfPlan.fullPrecision(graph, types, ranges);
    HalfRewrite rewrite = new HalfRewrite(graph, types, full, step.keepInputsAndOutputs());
    rewrite.run();
    DeadCode.remove(graph);
    if (rewrite.constants() == 0) {
      throw new StepNotApplicableException(
          "convert", "the model has no FP32 weights that can be converted to FP16");
    }
    return "%d FP32 constants to FP16, %d of %d nodes stay in FP32, %d casts inserted"
        .formatted(
            rewrite.constants(),
            full.size(),
            graph.nodes().size() - rewrite.casts(),
            rewrite.casts());
  }

  private static Set<String> activations(Graph graph, ValueTypes types) {
    Set<String> names = new LinkedHashSet<>();
    for (Node node : graph.nodes()) {
      node.outputs().stream().filter(types::isFloat).forEach(names::add);
    }
    return names;
  }
}
