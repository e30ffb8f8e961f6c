package dev.modelfleet.compression.mixed;

import dev.modelfleet.artifact.LayerFormat;
import dev.modelfleet.artifact.Step;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.calibration.Ranges;
import dev.modelfleet.compression.evaluation.Evaluator;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.quantize.QuantizableLayers;
import dev.modelfleet.compression.saturation.SaturatedModel;
import dev.modelfleet.compression.transform.Canonical;
import dev.modelfleet.compression.transform.TransformContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How much the model's result suffers where one layer alone is compressed and all others stay as
 * they are. Every measurement is a forward pass of the real variant; weights of the other layers
 * are shared in memory, and activation ranges are measured once for all.
 */
public final class Sensitivity {

  /** Raises the operator set once, to what every format needs. */
  static final int OPSET = 13;

  private final OnnxModel model;
  private final Step.Quantize step;
  private final TransformContext context;
  private final Evaluator evaluator;
  private final List<Node> layers;
  private final long size;

  /**
   * @param original whose layers are looked at; stays as it is
   * @param step how a layer is quantized
   * @param evaluator compares with this original
   */
  public Sensitivity(
      OnnxModel original, Step.Quantize step, TransformContext context, Evaluator evaluator) {
    this.model = original.copy();
    Canonical.prepare(model, OPSET);
    this.step = step;
    this.context = context.with(Ranges.remembering(model));
    this.evaluator = evaluator;
    this.layers = QuantizableLayers.of(model.graph(), Set.copyOf(step.operators()));
    this.size = model.sizeBytes();
  }

  /** Layers in graph order. */
  public List<Node> layers() {
    return layers;
  }

  /** The model that layers are compressed in: the original, made ready. */
  OnnxModel model() {
    return model;
  }

  /** Bytes of the model with all layers as they are. */
  long size() {
    return size;
  }

  TransformContext context() {
    return context;
  }

  /** Elements of a layer's weights. */
  public long weights(Node layer) {
    return model.graph().constants().get(layer.input(QuantizableLayers.weightsInput(layer))).size();
  }

  /**
   * Each layer alone in a format; layers that can't have it are left out.
   *
   * @param progress is told each result as it is there
   */
  public List<LayerEffect> measure(LayerFormat format, Consumer<LayerEffect> progress) {
    List<LayerEffect> effects = new ArrayList<>();
    for (Node layer : layers) {
      Optional<LayerEffect> effect = effect(layer, format);
      effect.ifPresent(progress);
      effect.ifPresent(effects::add);
    }
    return effects;
  }

  /**
   * All layers in a format that changes results so little that single layers can't be told from
   * rounding: they are measured together, and each takes an equal share of the error.
   */
  List<LayerEffect> together(LayerFormat format) {
    Map<String, LayerFormat> all = new LinkedHashMap<>();
    layers.forEach(layer -> all.put(layer.output(0), format));
    Optional<OnnxModel> variant = variant(all);
    if (variant.isEmpty() || layers.isEmpty()) {
      return List.of();
    }
    Evaluator.Comparison comparison = evaluator.compare(asComputed(variant.get()));
    return layers.stream()
        .map(
            layer ->
                new LayerEffect(
                    layer.output(0),
                    layer.opType(),
                    format,
                    weights(layer),
                    size - variant(Map.of(layer.output(0), format)).orElseThrow().sizeBytes(),
                    comparison.noise() / layers.size(),
                    comparison.accuracy()))
        .toList();
  }

  private Optional<LayerEffect> effect(Node layer, LayerFormat format) {
    Optional<OnnxModel> variant = variant(Map.of(layer.output(0), format));
    return variant.map(
        made -> {
          Evaluator.Comparison comparison = evaluator.compare(asComputed(made));
          return new LayerEffect(
              layer.output(0),
              layer.opType(),
              format,
              weights(layer),
              size - made.sizeBytes(),
              comparison.noise(),
              comparison.accuracy());
        });
  }

  private OnnxModel asComputed(OnnxModel variant) {
    return SaturatedModel.on(context.target(), variant);
  }

  /** The model with some layers compressed; none where a layer can't have its format. */
  Optional<OnnxModel> variant(Map<String, LayerFormat> formats) {
    OnnxModel variant = model.copy();
    try {
      new FormatPlan(step, formats).apply(variant, context);
      return Optional.of(variant);
    } catch (StepNotApplicableException e) {
      return Optional.empty();
    }
  }
}
