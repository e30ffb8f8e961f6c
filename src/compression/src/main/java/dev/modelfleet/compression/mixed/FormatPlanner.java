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
  private static final int LATENCY_ROUNDS = 6;

  /** Two measurements of the same model differ by so much. */
  private static final double NOISE = 1.03;

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
   * @param gap how far the choice may be from the best one, as a fraction of what is minimized; NaN
   *     where no mix held the limits as a whole and all layers are treated alike
   * @param relativeLatency of the whole model, as a fraction of the original's; null where latency
   *     is not limited
   */
  record Planned(
      FormatPlan plan,
      Evaluator.Comparison measured,
      double predictedNoise,
      double gap,
      Double relativeLatency) {}

  /**
   * @throws StepNotApplicableException where no plan holds the limits
   */
  Planned plan() {
    if (limits.maxBytes() == null && limits.maxLatencyFraction() == null) {
      return smallest(limits.maxDrop());
    }
    Planned planned = limits.maxLatencyFraction() == null ? mostAccurate(0) : withinLatency();
    Double maxDrop = limits.maxDrop();
    double drop = planned.measured().accuracy().drop();
    if (maxDrop != null && drop > maxDrop) {
      throw refused(
          "maxAccuracyDrop is %s, and the most accurate choice within the other limits loses %s"
              .formatted(Figures.percent(maxDrop), Figures.percent(drop)));
    }
    return planned;
  }

  /**
   * The most accurate choice that is fast enough as a whole: where it is not, layers are given less
   * time by what it takes too long.
   */
  private Planned withinLatency() {
    double fraction = limits.maxLatencyFraction();
    double allowed = fraction * choices.originalMillis();
    double least = Double.POSITIVE_INFINITY;
    StepNotApplicableException why = null;
    for (int round = 0; round < LATENCY_ROUNDS && why == null; round++) {
      try {
        Planned planned = mostAccurate(allowed);
        if (planned.relativeLatency() <= fraction * NOISE) {
          return planned;
        }
        least = Math.min(least, planned.relativeLatency());
        allowed *= fraction / planned.relativeLatency();
      } catch (StepNotApplicableException e) {
        why = e;
      }
    }
    StepNotApplicableException otherwise = least == Double.POSITIVE_INFINITY ? why : tooSlow(least);
    return alike(LayerFormat.FP32).or(() -> alike(LayerFormat.INT8)).orElseThrow(() -> otherwise);
  }

  private StepNotApplicableException tooSlow(double least) {
    return refused(
        "maxRelativeLatency is %s, and the fastest whole of the choices that its layers' latencies"
                .formatted(limits.maxRelativeLatency())
            + " suggest takes %s of the original's latency: allow more time, or a larger model"
                .formatted(Figures.percent(least)));
  }

  /** All layers in one format, which costs nothing at borders, where that holds the limits. */
  private Optional<Planned> alike(LayerFormat format) {
    boolean possible =
        choices.layers().values().stream().allMatch(layer -> layer.containsKey(format));
    if (!possible) {
      return Optional.empty();
    }
    Map<String, LayerFormat> formats = new LinkedHashMap<>();
    choices.layers().keySet().forEach(layer -> formats.put(layer, format));
    Optional<OnnxModel> variant = sensitivity.variant(formats);
    Long maxBytes = limits.maxBytes();
    if (variant.isEmpty() || (maxBytes != null && variant.get().sizeBytes() > maxBytes)) {
      return Optional.empty();
    }
    double latency = format == LayerFormat.FP32 ? 1 : relativeLatency(variant.get());
    if (latency > limits.maxLatencyFraction() * NOISE) {
      return Optional.empty();
    }
    double noise =
        choices.layers().values().stream().mapToDouble(layer -> layer.get(format).noise()).sum();
    return Optional.of(
        new Planned(
            new FormatPlan(step, formats), compare(variant.get()), noise, Double.NaN, latency));
  }

  private Evaluator.Comparison compare(OnnxModel variant) {
    return evaluator.compare(SaturatedModel.on(sensitivity.context().target(), variant));
  }

  /**
   * Least error within size and latency. What layers share makes sizes not quite additive.
   *
   * @param millis of all layers together; looked at where latency is limited
   */
  private Planned mostAccurate(double millis) {
    Long maxBytes = limits.maxBytes();
    long allowed = maxBytes == null ? 0 : maxBytes;
    for (int round = 0; round < SIZE_ROUNDS; round++) {
      Solved solved = solve(allowed, null, millis).orElseThrow(this::impossible);
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
    Solved solved = solve(0, maxNoise, 0).orElseThrow(this::impossible);
    return planned(solved, sensitivity.variant(solved.plan().formats()).orElseThrow());
  }

  private Planned planned(Solved solved, OnnxModel variant) {
    return new Planned(
        solved.plan(),
        compare(variant),
        solved.noise(),
        solved.solution().gap(),
        limits.maxLatencyFraction() == null ? null : relativeLatency(variant));
  }

  private double relativeLatency(OnnxModel variant) {
    return RelativeLatency.of(
        sensitivity.model(), variant, sensitivity.context().calibration().orElseThrow());
  }

  private static double mostNoise(Map<LayerFormat, LayerChoices.Choice> layer) {
    return layer.values().stream().mapToDouble(LayerChoices.Choice::noise).max().orElse(0);
  }

  private record Solved(FormatPlan plan, double noise, Knapsack.Solution solution) {}

  /**
   * @param maxBytes of the model; looked at where the size is limited
   * @param maxNoise limit of the error, which makes size the aim; null where the error is the aim
   * @param millis limit of the layers' latencies; looked at where latency is limited
   */
  private Optional<Solved> solve(long maxBytes, Double maxNoise, double millis) {
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
    return Knapsack.solve(groups, bounds(maxBytes, maxNoise, millis))
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

  private double[] bounds(long maxBytes, Double maxNoise, double millis) {
    List<Double> bounds = new ArrayList<>();
    if (limits.maxBytes() != null) {
      bounds.add((double) (maxBytes - sensitivity.size()));
    }
    if (limits.maxLatencyFraction() != null) {
      bounds.add(millis);
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
