package dev.modelfleet.compression.quantize;

import dev.modelfleet.artifact.ActivationType;
import dev.modelfleet.artifact.Step;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.calibration.Range;
import dev.modelfleet.compression.calibration.Ranges;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.transform.Canonical;
import dev.modelfleet.compression.transform.DeadCode;
import dev.modelfleet.compression.transform.Transform;
import dev.modelfleet.compression.transform.TransformContext;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Quantizes weights and activations to 8 bits with scales that are fixed beforehand from
 * calibration data, in QDQ form: QuantizeLinear and DequantizeLinear around what computes in
 * integers, see {@link QdqPlan}. Embedding tables are stored as 8-bit integers.
 */
public final class StaticQuantizer implements Transform {

  private static final Set<String> OPERATORS = operators();

  private final Step.Quantize step;
  private final NodeSelection nodes;

  /** A quantizer with a step's settings. */
  public StaticQuantizer(Step.Quantize step) {
    this(step, NodeSelection.ALL);
  }

  /** As {@link #StaticQuantizer(Step.Quantize)} for some nodes only. */
  public StaticQuantizer(Step.Quantize step, NodeSelection nodes) {
    this.step = step;
    this.nodes = nodes;
  }

  private static Set<String> operators() {
    Set<String> operators = new HashSet<>(QdqPlan.WEIGHTED);
    operators.addAll(QdqPlan.BETWEEN);
    operators.add("Gather");
    return Set.copyOf(operators);
  }

  @Override
  public String apply(OnnxModel model, TransformContext context) {
    OperatorChoice choice = OperatorChoice.of(step, OPERATORS, nodes);
    Dataset data =
        context
            .calibration()
            .orElseThrow(
                () ->
                    new StepNotApplicableException(
                        "quantize",
                        "scheme Static needs calibration data: set spec.calibration.dataset"));
    Canonical.prepare(model, WeightOnlyQuantizer.OPSET);
    Graph graph = model.graph();
    int smoothed = step.smooths() ? Smoothing.apply(model, choice, data) : 0;
    int equalized = step.equalizes() ? Equalization.apply(graph, choice) : 0;
    QdqPlan plan = QdqPlan.of(graph, choice);
    if (plan.weighted().isEmpty()) {
      throw new StepNotApplicableException(
          "quantize",
          "no %s with constant FP32 weights of at least %d elements"
              .formatted(String.join(", ", choice.names()), WeightSites.MIN_ELEMENTS));
    }
    ActivationType type = EngineProfile.of(context.target()).activations(step.activations());
    Map<String, ActivationParameters> parameters = parameters(model, plan, context, type);
    int corrected =
        step.correctsBiases()
            ? BiasCorrection.apply(
                model,
                plan.weighted(),
                data,
                copy ->
                    quantized(
                        copy, choice, parameters, WeightStorage.of(step, context.target(), type)))
            : 0;
    WeightStorage storage = WeightStorage.of(step, context.target(), type);
    int tables = rewrite(graph, choice, parameters, storage);
    if (type == ActivationType.UINT16) {
      model.setOpset(BlockRewrite.DOMAIN, 1, model.irVersion());
    }
    return "%d products with weights and %d nodes between them to int8, %d activation scales from"
            .formatted(plan.weighted().size(), plan.between().size(), parameters.size())
        + " calibration data, %d embedding tables to int8%s%s%s%s%s"
            .formatted(
                tables,
                Smoothing.note(smoothed),
                equalized == 0 ? "" : ", %d pairs of layers equalized".formatted(equalized),
                corrected == 0 ? "" : ", %d biases corrected".formatted(corrected),
                typeNote(type, EngineProfile.of(context.target())),
                storage.note());
  }

  private String typeNote(ActivationType type, EngineProfile engine) {
    if (type == ActivationType.UINT16) {
      return ", activations of 16 bits" + engine.activationNote(type);
    }
    return type == step.activations()
        ? ""
        : ", activations Int8 with zero point 0 instead of "
            + (step.activations() == ActivationType.UINT16 ? "UInt16" : "UInt8")
            + ", as the target's engine takes no other zero point";
  }

  private Map<String, ActivationParameters> parameters(
      OnnxModel model, QdqPlan plan, TransformContext context, ActivationType type) {
    // Equalized layers compute other values under their names than those that are known.
    Ranges known = step.equalizes() ? Ranges.measured() : context.ranges();
    Map<String, Range> ranges =
        known.of(
            step.calibration(),
            model,
            plan.measured(),
            context.calibration().orElseThrow(),
            type == ActivationType.INT8);
    Map<String, ActivationParameters> parameters = new HashMap<>();
    ranges.forEach((value, range) -> parameters.put(value, ActivationParameters.of(range, type)));
    return parameters;
  }

  private OnnxModel quantized(
      OnnxModel copy,
      OperatorChoice choice,
      Map<String, ActivationParameters> parameters,
      WeightStorage storage) {
    rewrite(copy.graph(), choice, parameters, storage);
    copy.setOpset(BlockRewrite.DOMAIN, 1, copy.irVersion());
    return copy;
  }

  /**
   * @return number of embedding tables
   */
  private int rewrite(
      Graph graph,
      OperatorChoice choice,
      Map<String, ActivationParameters> parameters,
      WeightStorage storage) {
    QdqRewrite rewrite =
        new QdqRewrite(graph, QdqPlan.of(graph, choice), parameters, step.granularity(), storage);
    rewrite.run(choice);
    DeadCode.remove(graph);
    return rewrite.tables();
  }
}
