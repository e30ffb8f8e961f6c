package dev.modelfleet.compression.factorize;

import dev.modelfleet.artifact.Step;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.evaluation.Evaluator;
import dev.modelfleet.compression.graph.Graph;
import dev.modelfleet.compression.graph.Node;
import dev.modelfleet.compression.mixed.BudgetChoice;
import dev.modelfleet.compression.prune.Amount;
import dev.modelfleet.compression.prune.ConcreteShapes;
import dev.modelfleet.compression.prune.GraphCost;
import dev.modelfleet.compression.prune.InputGrams;
import dev.modelfleet.compression.prune.Layer;
import dev.modelfleet.compression.prune.Repair;
import dev.modelfleet.compression.report.Figures;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.simplify.Simplify;
import dev.modelfleet.compression.tensor.TensorData;
import dev.modelfleet.compression.transform.Transform;
import dev.modelfleet.compression.transform.TransformContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Replaces the weights of products and convolutions by products of two thinner factors, which are
 * the best of their rank for the inputs that layers really have ({@link LowRank}). Each layer's
 * share in the error of the result is measured once by a forward pass with that layer alone
 * factorized; ranks are then chosen so that enough is saved with the smallest sum of errors.
 */
public final class Factorizer implements Transform {

  /** So many calibration samples tell layers apart. */
  private static final int SENSITIVITY_SAMPLES = 16;

  private final Step.Factorize step;

  /** A factorizer with a step's settings. */
  public Factorizer(Step.Factorize step) {
    this.step = step;
  }

  @Override
  public String apply(OnnxModel model, TransformContext context) {
    Dataset data =
        context
            .calibration()
            .orElseThrow(
                () -> refused("factorize needs calibration data: set spec.calibration.dataset"));
    new Simplify().apply(model, context);
    OnnxModel original = model.copy();
    ConcreteShapes shapes = ConcreteShapes.of(model, context.calibration());
    Map<String, LowRank> factors = factors(model, shapes, data, context.seed());
    try (Evaluator evaluator =
        new Evaluator(
            original,
            context.labelFreeMetric(),
            data,
            SessionOptions.cpu(0),
            0,
            1,
            SENSITIVITY_SAMPLES)) {
      Map<String, Integer> ranks = ranks(original, shapes, factors, evaluator);
      List<String> changed = LowRankRewrite.apply(model.graph(), factors, ranks);
      int repaired =
          step.repairs()
              ? new Repair(original, model, shapes, l -> outputs(model, l), data, context.seed())
                  .run(new HashSet<>(changed))
              : 0;
      ranks.forEach((layer, rank) -> context.reasons().note(layer, reason(factors, layer, rank)));
      return String.format(
          Locale.ROOT,
          "%d of %d layers factorized: parameters %s, FLOPs %s, %d layers repaired, result %.1f dB",
          ranks.size(),
          factors.size(),
          Amount.change(
              GraphCost.parameters(original.graph()), GraphCost.parameters(model.graph())),
          Amount.change(
              GraphCost.flops(original.graph(), shapes),
              GraphCost.flops(model.graph(), ConcreteShapes.of(model, context.calibration()))),
          repaired,
          evaluator.compare(model).sqnr());
    }
  }

  private static int[] outputs(OnnxModel model, Layer layer) {
    long outputs = model.graph().constants().get(layer.weights()).dimension(layer.outAxis());
    return IntStream.range(0, (int) outputs).toArray();
  }

  private static String reason(Map<String, LowRank> factors, String layer, int rank) {
    LowRank factor = factors.get(layer);
    return "rank %d of %d leaves out %s of the output's energy"
        .formatted(rank, factor.energies().length, Figures.percent(factor.lost(rank)));
  }

  /** Factors by the name of the layer's output, in the order of the graph. */
  private Map<String, LowRank> factors(
      OnnxModel model, ConcreteShapes shapes, Dataset data, long seed) {
    Graph graph = model.graph();
    Map<String, Integer> readers = new HashMap<>();
    for (Node node : graph.nodes()) {
      node.inputs().stream().distinct().forEach(input -> readers.merge(input, 1, Integer::sum));
    }
    List<Layer> layers =
        Layer.of(graph).stream()
            .filter(layer -> readers.get(layer.weights()) == 1)
            .filter(layer -> InputGrams.has(layer, shapes) && pays(layer, shapes))
            .toList();
    Map<String, LowRank> made = new HashMap<>();
    new InputGrams(model, shapes, data, seed)
        .run(
            layers,
            (readingSame, gram) ->
                readingSame.forEach(
                    layer ->
                        made.put(
                            layer.output(),
                            LowRank.of(layer, graph.constants().get(layer.weights()), gram))));
    Map<String, LowRank> ordered = new LinkedHashMap<>();
    layers.forEach(layer -> ordered.put(layer.output(), made.get(layer.output())));
    return ordered;
  }

  /** Whether any rank makes the layer smaller. */
  private boolean pays(Layer layer, ConcreteShapes shapes) {
    long[] weights = shapes.of(layer.weights());
    long outputs = weights[layer.outAxis()];
    long inputs = TensorData.elements(weights) / outputs;
    return step.alignment() * (inputs + outputs) < inputs * outputs;
  }

  private Map<String, Integer> ranks(
      OnnxModel original,
      ConcreteShapes shapes,
      Map<String, LowRank> factors,
      Evaluator evaluator) {
    if (factors.isEmpty()) {
      throw refused(
          "no layer gets smaller by two factors whose rank is a multiple of %d: lower"
                  .formatted(step.alignment())
              + " factorize.alignment or remove the step");
    }
    List<List<BudgetChoice.Option>> options = new ArrayList<>();
    factors.values().forEach(f -> options.add(options(original, shapes, f, evaluator)));
    long all =
        step.byOperations()
            ? GraphCost.flops(original.graph(), shapes)
            : GraphCost.parameters(original.graph());
    List<BudgetChoice.Option> chosen =
        BudgetChoice.solve(options, (long) Math.ceil(all * step.share()))
            .orElseThrow(() -> tooMuch(options, all));
    Map<String, Integer> ranks = new LinkedHashMap<>();
    int index = 0;
    for (String layer : factors.keySet()) {
      int rank = chosen.get(index++).level();
      if (rank > 0) {
        ranks.put(layer, rank);
      }
    }
    return ranks;
  }

  private List<BudgetChoice.Option> options(
      OnnxModel original, ConcreteShapes shapes, LowRank factors, Evaluator evaluator) {
    int largest = factors.largestRank(step.alignment());
    int probe = Math.max(1, largest / step.alignment() / 2) * step.alignment();
    double weight = noise(original, factors, probe, evaluator) / factors.lost(probe);
    // A layer that loses nothing at a rank has a weight that is not known there, and no need of it.
    double known = Double.isFinite(weight) ? weight : 0;
    long positions =
        step.byOperations()
            ? 2 * TensorData.elements(shapes.of(factors.layer().output())) / factors.outputs()
            : 1;
    List<BudgetChoice.Option> options = new ArrayList<>();
    options.add(new BudgetChoice.Option(0, 0, 0));
    for (int rank = largest; rank > 0; rank -= step.alignment()) {
      options.add(
          new BudgetChoice.Option(
              rank, known * factors.lost(rank), positions * factors.saved(rank)));
    }
    return options;
  }

  /** Error of the result where one layer alone is factorized. */
  private static double noise(OnnxModel original, LowRank factors, int rank, Evaluator evaluator) {
    String layer = factors.layer().output();
    OnnxModel variant = original.copy();
    LowRankRewrite.apply(variant.graph(), Map.of(layer, factors), Map.of(layer, rank));
    return evaluator.compare(variant).noise();
  }

  private StepNotApplicableException tooMuch(List<List<BudgetChoice.Option>> options, long all) {
    long most =
        options.stream()
            .mapToLong(
                layer -> layer.stream().mapToLong(BudgetChoice.Option::saved).max().orElse(0))
            .sum();
    return refused(
        "%s is %s, but at most %s can be removed with ranks of %d: lower it"
            .formatted(
                step.byOperations() ? "factorize.flopsReduction" : "factorize.ratio",
                step.byOperations() ? step.flopsReduction() : step.ratio(),
                Figures.percent((double) most / all),
                step.alignment()));
  }

  private static StepNotApplicableException refused(String message) {
    return new StepNotApplicableException("factorize", message);
  }
}
