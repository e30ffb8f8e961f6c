package dev.modelfleet.compression.mixed;

import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.LayerFormat;
import dev.modelfleet.artifact.MixedPrecision;
import dev.modelfleet.artifact.Step;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.evaluation.Evaluator;
import dev.modelfleet.compression.report.Figures;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.transform.Canonical;
import dev.modelfleet.compression.transform.Transform;
import dev.modelfleet.compression.transform.TransformContext;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * Gives each layer the format that serves the whole best. Each layer is measured alone in each
 * format by forward passes ({@link Sensitivity}); errors of layers are taken to add up, as errors
 * of rounding that know nothing of each other do; the choice within the limits is a knapsack
 * problem that is solved with a bound on what better there could be ({@link Knapsack}); what was
 * chosen is measured as a whole.
 */
public final class MixedPrecisionQuantizer implements Transform {

  /** So many calibration samples tell layers apart; all of them judge the accuracy limit. */
  private static final int SENSITIVITY_SAMPLES = 16;

  private final Step.Quantize step;
  private final MixedPrecision limits;

  /** A quantizer with a step's settings. */
  public MixedPrecisionQuantizer(Step.Quantize step, MixedPrecision limits) {
    this.step = step;
    this.limits = limits;
  }

  @Override
  public String apply(OnnxModel model, TransformContext context) {
    Dataset data =
        context
            .calibration()
            .orElseThrow(
                () ->
                    new StepNotApplicableException(
                        "quantize",
                        "mixedPrecision needs calibration data: set spec.calibration.dataset"));
    Evaluation.Metric metric = context.labelFreeMetric();
    try (Evaluator few = evaluator(model, metric, data, SENSITIVITY_SAMPLES);
        Evaluator all = evaluator(model, metric, data, Integer.MAX_VALUE)) {
      Sensitivity sensitivity = new Sensitivity(model, step, context, few);
      boolean timed = limits.maxRelativeLatency() != null;
      LayerCosts costs =
          timed
              ? new LayerCosts(
                  sensitivity.model(), sensitivity.layers(), step, sensitivity.context())
              : null;
      LayerChoices choices = LayerChoices.measure(sensitivity, formats(), costs);
      choices.requireLayers(step.operators());
      FormatPlanner planner = new FormatPlanner(step, limits, sensitivity, choices, all);
      FormatPlanner.Planned planned = planner.plan();
      Canonical.prepare(model, Sensitivity.OPSET);
      planned.plan().apply(model, sensitivity.context());
      planned
          .plan()
          .formats()
          .forEach((layer, format) -> context.reasons().note(layer, choices.reason(layer, format)));
      return describe(planned, data.samples(model.inputs()));
    }
  }

  private static Evaluator evaluator(
      OnnxModel model, Evaluation.Metric metric, Dataset data, int samples) {
    return new Evaluator(model, metric, data, SessionOptions.cpu(0), 0, 1, samples);
  }

  private Set<LayerFormat> formats() {
    if (!limits.formats().isEmpty()) {
      return EnumSet.copyOf(limits.formats());
    }
    Set<LayerFormat> formats =
        EnumSet.of(LayerFormat.FP32, LayerFormat.FP16_WEIGHTS, LayerFormat.INT8);
    if (limits.maxRelativeLatency() != null) {
      formats.add(LayerFormat.INT8_WEIGHTS);
    }
    return formats;
  }

  private static String describe(FormatPlanner.Planned planned, int samples) {
    Evaluator.Comparison measured = planned.measured();
    String best;
    if (Double.isNaN(planned.gap())) {
      best = "all alike, as no mix that the layers' latencies suggest holds the limits as a whole";
    } else if (planned.gap() == 0) {
      best = "no other choice is predicted to be better";
    } else {
      best =
          "another choice could be better by %s at most".formatted(Figures.percent(planned.gap()));
    }
    return String.format(
        Locale.ROOT,
        "layers get %s; result %.1f dB, predicted %.1f dB, %s lost on %d calibration samples%s; %s",
        planned.plan().summary(),
        measured.sqnr(),
        -10 * Math.log10(planned.predictedNoise()),
        Figures.percent(measured.accuracy().drop()),
        samples,
        planned.relativeLatency() == null
            ? ""
            : ", %s of the original's latency here"
                .formatted(Figures.percent(planned.relativeLatency())),
        best);
  }
}
