package dev.modelfleet.compression.prune;

import dev.modelfleet.artifact.Step;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.evaluation.Evaluator;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.graph.Tensor;
import dev.modelfleet.compression.quantize.InverseFactor;
import dev.modelfleet.compression.report.Figures;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.simplify.Simplify;
import dev.modelfleet.compression.transform.Transform;
import dev.modelfleet.compression.transform.TransformContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Makes single weights zero: a share of all, each layer the share that serves the result best, or
 * some of each group of consecutive inputs. What is left of an output's weights is made to stand in
 * for those that went, in closed form from calibration data ({@link WeightSurgery}).
 */
public final class MagnitudePruner implements Transform {

  /** Smaller weights save next to nothing. */
  private static final int MIN_WEIGHTS = 1024;

  private static final int SENSITIVITY_SAMPLES = 16;

  private final Step.Prune step;

  /** A pruner with a step's settings. */
  public MagnitudePruner(Step.Prune step) {
    this.step = step;
  }

  @Override
  public String apply(OnnxModel model, TransformContext context) {
    Optional<Dataset> data = step.repairs() ? context.calibration() : Optional.empty();
    if (step.repairs() && data.isEmpty()) {
      throw refused(
          "repair needs calibration data: set spec.calibration.dataset, or repair: false");
    }
    new Simplify().apply(model, context);
    OnnxModel original = model.copy();
    ConcreteShapes shapes = ConcreteShapes.of(model, context.calibration());
    List<Layer> layers = layers(model.graph(), shapes);
    if (layers.isEmpty()) {
      throw refused(
          "no product or convolution in one group has at least %d constant FP32 weights"
                  .formatted(MIN_WEIGHTS)
              + (step.pattern() == null
                  ? ""
                  : " and a multiple of %d input channels".formatted(step.group())));
    }
    Map<String, Double> rates = rates(original, layers, shapes, data, context);
    forEach(
        model,
        layers,
        shapes,
        data,
        context.seed(),
        (layer, factor) -> put(model.graph(), layer, cut(original, layer, factor, rates)));
    rates.forEach(
        (layer, rate) ->
            context.reasons().note(layer, "%s zeros".formatted(Figures.percent(rate))));
    return describe(original, model, layers, rates, context);
  }

  private List<Layer> layers(Graph graph, ConcreteShapes shapes) {
    Map<String, Integer> readers = new HashMap<>();
    for (Node node : graph.nodes()) {
      node.inputs().stream().distinct().forEach(input -> readers.merge(input, 1, Integer::sum));
    }
    return Layer.of(graph).stream()
        .filter(layer -> readers.get(layer.weights()) == 1)
        .filter(layer -> InputGrams.has(layer, shapes))
        .filter(
            layer -> {
              Tensor weights = graph.constants().get(layer.weights());
              boolean fits =
                  step.pattern() == null || weights.dimension(layer.inAxis()) % step.group() == 0;
              return weights.size() >= MIN_WEIGHTS && fits;
            })
        .toList();
  }

  /** Each layer with the factor of its inputs, null where nothing is repaired. */
  private void forEach(
      OnnxModel model,
      List<Layer> layers,
      ConcreteShapes shapes,
      Optional<Dataset> data,
      long seed,
      BiConsumer<Layer, InverseFactor> consumer) {
    if (data.isEmpty()) {
      layers.forEach(layer -> consumer.accept(layer, null));
      return;
    }
    new InputGrams(model, shapes, data.get(), seed)
        .run(
            layers,
            (readingSame, gram) -> {
              InputOrder order = order(model, readingSame.getFirst());
              InverseFactor factor = InverseFactor.of(order.arrange(gram));
              readingSame.forEach(layer -> consumer.accept(layer, factor));
            });
  }

  private InputOrder order(OnnxModel model, Layer layer) {
    Tensor weights = model.graph().constants().get(layer.weights());
    return InputOrder.of(layer, weights, step.pattern() != null);
  }

  private static void put(Graph graph, Layer layer, Tensor weights) {
    graph.constants().put(layer.weights(), weights);
  }

  private Tensor cut(
      OnnxModel original, Layer layer, InverseFactor factor, Map<String, Double> rates) {
    Tensor weights = original.graph().constants().get(layer.weights());
    InputOrder order = order(original, layer);
    float[][] rows = order.rows(weights);
    float[] costs =
        factor == null ? WeightScores.equalCosts(rows) : WeightScores.costs(factor, rows[0].length);
    WeightSurgery surgery = new WeightSurgery(factor, costs);
    if (step.pattern() == null) {
      surgery.share(rows, rates.get(layer.output()));
    } else {
      surgery.groups(rows, step.keptOfGroup(), step.group());
    }
    return order.tensor(rows, weights.shape());
  }

  /** Share of zeros by the layer's output. */
  private Map<String, Double> rates(
      OnnxModel original,
      List<Layer> layers,
      ConcreteShapes shapes,
      Optional<Dataset> data,
      TransformContext context) {
    Map<String, Double> rates = new LinkedHashMap<>();
    double same =
        step.pattern() == null ? step.share() : 1 - (double) step.keptOfGroup() / step.group();
    layers.forEach(layer -> rates.put(layer.output(), same));
    if (step.pattern() != null) {
      return rates;
    }
    Map<String, SparsityRates.Candidate> candidates = new HashMap<>();
    try (Evaluator evaluator = data.map(d -> evaluator(original, context, d)).orElse(null)) {
      forEach(
          original,
          layers,
          shapes,
          data,
          context.seed(),
          (layer, factor) ->
              candidates.put(layer.output(), candidate(original, layer, factor, rates, evaluator)));
    }
    List<SparsityRates.Candidate> ordered = new ArrayList<>();
    layers.forEach(layer -> ordered.add(candidates.get(layer.output())));
    double[] chosen = SparsityRates.choose(ordered, same);
    for (int i = 0; i < chosen.length; i++) {
      rates.put(layers.get(i).output(), chosen[i]);
    }
    return rates;
  }

  private static Evaluator evaluator(OnnxModel original, TransformContext context, Dataset data) {
    return new Evaluator(
        original,
        context.labelFreeMetric(),
        data,
        SessionOptions.cpu(0),
        0,
        1,
        SENSITIVITY_SAMPLES);
  }

  /**
   * A layer's scores, and what the result loses for each unit of them: measured with this layer
   * alone pruned.
   */
  private SparsityRates.Candidate candidate(
      OnnxModel original,
      Layer layer,
      InverseFactor factor,
      Map<String, Double> rates,
      Evaluator evaluator) {
    float[][] rows = order(original, layer).rows(original.graph().constants().get(layer.weights()));
    float[] costs =
        factor == null ? WeightScores.equalCosts(rows) : WeightScores.costs(factor, rows[0].length);
    float[][] scores = WeightScores.of(rows, costs);
    WeightScores histogram = WeightScores.histogram(scores);
    if (evaluator == null) {
      return new SparsityRates.Candidate(histogram, 1);
    }
    OnnxModel variant = original.copy();
    put(variant.graph(), layer, cut(original, layer, factor, rates));
    float limit = WeightScores.quantile(scores, rates.get(layer.output()));
    double predicted = 0;
    for (float[] row : scores) {
      for (float score : row) {
        predicted += score < limit ? score : 0;
      }
    }
    double noise = evaluator.compare(variant).noise();
    return new SparsityRates.Candidate(
        histogram, predicted > 0 && Double.isFinite(noise) ? noise / predicted : 0);
  }

  private String describe(
      OnnxModel original,
      OnnxModel model,
      List<Layer> layers,
      Map<String, Double> rates,
      TransformContext context) {
    double least = rates.values().stream().mapToDouble(Double::doubleValue).min().orElse(0);
    double most = rates.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
    String what =
        step.pattern() == null
            ? "%s of the weights of %d layers are zero, %s to %s of each"
                .formatted(
                    step.ratio(), layers.size(), Figures.percent(least), Figures.percent(most))
            : "%d of each %d weights of %d layers are zero"
                .formatted(step.group() - step.keptOfGroup(), step.group(), layers.size());
    String result =
        context
            .calibration()
            .map(
                data -> {
                  try (Evaluator evaluator = evaluator(original, context, data)) {
                    return String.format(
                        Locale.ROOT, ", result %.1f dB", evaluator.compare(model).sqnr());
                  }
                })
            .orElse("");
    return what
        + (step.repairs() ? ", the others make up for them" : ", nothing makes up for them")
        + result
        + "; stored and computed as any other weights";
  }

  private static StepNotApplicableException refused(String message) {
    return new StepNotApplicableException("prune", message);
  }
}
