package dev.modelfleet.compression.mixed;

import dev.modelfleet.artifact.LayerFormat;
import dev.modelfleet.artifact.MixedPrecision;
import dev.modelfleet.artifact.Step;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.evaluation.Evaluator;
import dev.modelfleet.compression.report.Figures;
import dev.modelfleet.compression.saturation.SaturatedModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the formats that hold the limits with the smallest error, or the smallest size. */
final class FormatPlanner {

  private static final int SIZE_ROUNDS = 5;
  private static final int DROP_ROUNDS = 10;

  private final Step.Quantize step;
  private final MixedPrecision limits;
  private final Sensitivity sensitivity;
  private final LayerChoices choices;
  private final Evaluator evaluator;

  FormatPlanner(
      Step.Quantize step,
      MixedPrecision limits,
      Sensitivity sensitivity,
      LayerChoices choices,
      Evaluator evaluator) {
    this.step = step;
    this.limits = limits;
    this.sensitivity = sensitivity;
    this.choices = choices;
    this.evaluator = evaluator;
  }

  /**
   * A plan that holds the limits.
   *
   * @param measured the whole model with it
   * @param predictedNoise sum of what the layers do alone
   * @param gap how far the choice may be from the best one, as a fraction of what is minimized
   */
  record Planned(
      FormatPlan plan, Evaluator.Comparison measured, double predictedNoise, double gap) {}

  /**
   * @throws StepNotApplicableException where no plan holds the limits
   */
  Planned plan() {
    if (limits.maxBytes() == null && limits.maxLatencyFraction() == null) {
      return smallest(limits.maxDrop());
    }
    Planned planned = mostAccurate();
    Double maxDrop = limits.maxDrop();
    double drop = planned.measured().accuracy().drop();
    if (maxDrop != null && drop > maxDrop) {
      throw refused(
          "maxAccuracyDrop is %s, and the most accurate choice within the other limits loses %s"
              .formatted(Figures.percent(maxDrop), Figures.percent(drop)));
    }
    return planned;
  }

  /** Least error within size and latency. What layers share makes sizes not quite additive. */
  private Planned mostAccurate() {
    Long maxBytes = limits.maxBytes();
    long allowed = maxBytes == null ? 0 : maxBytes;
    for (int round = 0; round < SIZE_ROUNDS; round++) {
      Solved solved = solve(allowed, null).orElseThrow(this::impossible);
      OnnxModel variant = sensitivity.variant(solved.plan().formats()).orElseThrow();
      if (maxBytes == null || variant.sizeBytes() <= maxBytes) {
        return planned(solved, variant);
      }
      allowed -= variant.sizeBytes() - maxBytes;
    }
    throw impossible();
  }

  /** Smallest model whose measured loss is within a limit: bisection on the predicted error. */
  private Planned smallest(double maxDrop) {
    double most = choices.layers().values().stream().mapToDouble(FormatPlanner::mostNoise).sum();
    Planned best = attempt(most);
    if (best.measured().accuracy().drop() <= maxDrop) {
      return best;
    }
    best = attempt(0);
    double low = most * 1e-9;
    double high = most;
    for (int round = 0; round < DROP_ROUNDS; round++) {
      double middle = Math.sqrt(low * high);
      Planned candidate = attempt(middle);
      if (candidate.measured().accuracy().drop() <= maxDrop) {
        best = candidate;
        low = middle;
      } else {
        high = middle;
      }
    }
    return best;
  }

  private Planned attempt(double maxNoise) {
    Solved solved = solve(0, maxNoise).orElseThrow(this::impossible);
    return planned(solved, sensitivity.variant(solved.plan().formats()).orElseThrow());
  }

  private Planned planned(Solved solved, OnnxModel variant) {
    return new Planned(
        solved.plan(),
            evaluator.compare(SaturatedModel.on(sensitivity.context().target(), variant)),
        solved.noise(), solved.solution().gap());
  }

  private static double mostNoise(Map<LayerFormat, LayerChoices.Choice> layer) {
    return layer.values().stream().mapToDouble(LayerChoices.Choice::noise).max().orElse(0);
  }

  private record Solved(FormatPlan plan, double noise, Knapsack.Solution solution) {}

  /**
   * @param maxBytes of the model; looked at where the size is limited
   * @param maxNoise limit of the error, which makes size the aim; null where the error is the aim
   */
  private Optional<Solved> solve(long maxBytes, Double maxNoise) {
    List<String> names = List.copyOf(choices.layers().keySet());
    List<List<LayerFormat>> formats = new ArrayList<>();
    List<List<Knapsack.Option>> groups = new ArrayList<>();
    for (String name : names) {
      List<LayerFormat> of = new ArrayList<>();
      List<Knapsack.Option> options = new ArrayList<>();
      choices
          .layers()
          .get(name)
          .forEach(
              (format, choice) -> {
                of.add(format);
                options.add(
                    new Knapsack.Option(
                        maxNoise == null ? choice.noise() : -choice.saved(),
                        uses(choice, maxNoise)));
              });
      formats.add(of);
      groups.add(options);
    }
    return Knapsack.solve(groups, bounds(maxBytes, maxNoise))
        .map(
            solution -> {
              Map<String, LayerFormat> chosen = new LinkedHashMap<>();
              double noise = 0;
              for (int i = 0; i < names.size(); i++) {
                LayerFormat format = formats.get(i).get(solution.options()[i]);
                chosen.put(names.get(i), format);
                noise += choices.layers().get(names.get(i)).get(format).noise();
              }
              return new Solved(new FormatPlan(step, chosen), noise, solution);
            });
  }

  private double[] uses(LayerChoices.Choice choice, Double maxNoise) {
    List<Double> uses = new ArrayList<>();
    if (limits.maxBytes() != null) {
      uses.add((double) -choice.saved());
    }
    if (limits.maxLatencyFraction() != null) {
      uses.add(choice.millis());
    }
    if (maxNoise != null) {
      uses.add(choice.noise());
    }
    return uses.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private double[] bounds(long maxBytes, Double maxNoise) {
    List<Double> bounds = new ArrayList<>();
    if (limits.maxBytes() != null) {
      bounds.add((double) (maxBytes - sensitivity.size()));
    }
    if (limits.maxLatencyFraction() != null) {
      bounds.add(limits.maxLatencyFraction() * choices.originalMillis());
    }
    if (maxNoise != null) {
      bounds.add(maxNoise);
    }
    return bounds.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private StepNotApplicableException impossible() {
    long saved =
        choices.layers().values().stream()
            .mapToLong(
                layer ->
                    layer.values().stream().mapToLong(LayerChoices.Choice::saved).max().orElse(0))
            .sum();
    return refused(
        "no choice of formats holds the limits on size and latency: the smallest has about %s"
            .formatted(Figures.size(sensitivity.size() - saved)));
  }

  private static StepNotApplicableException refused(String why) {
    return new StepNotApplicableException("quantize", "mixedPrecision: " + why);
  }
}
