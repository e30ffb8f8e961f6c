package dev.modelfleet.compression.cli;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.Gates;
import dev.modelfleet.artifact.Latency;
import dev.modelfleet.artifact.LayerReport;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.artifact.TargetProfile;
import dev.modelfleet.artifact.Trial;
import dev.modelfleet.artifact.TrialOutcome;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.RecipeRunner;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.TransformedModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.evaluation.AccuracyGate;
import dev.modelfleet.compression.evaluation.Evaluator;
import dev.modelfleet.compression.evaluation.OutputsNotFiniteException;
import dev.modelfleet.compression.report.Warnings;
import dev.modelfleet.compression.runtime.Cpu;
import dev.modelfleet.compression.saturation.SaturatedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Builds, measures and judges one recipe after another.
 *
 * @param evaluator null where accuracy is not measured
 * @param metric what planners measure losses by
 * @param samples to measure layers on
 * @param originalLatency of the original here; null where not measured
 * @param confidence level of the losses' intervals; 0 where the measured loss alone is judged
 * @param target processor that the variants are for
 */
record TrialRunner(
    OnnxModel original,
    Gates gates,
    Optional<Dataset> calibration,
    Evaluator evaluator,
    Optional<Evaluation.Metric> metric,
    Optional<Dataset> samples,
    Latency originalLatency,
    double confidence,
    long seed,
    TargetProfile target) {

  /**
   * @param directory where the variant is written
   * @param benchmark gives the latency of a model file, or null
   */
  Trial run(Recipe recipe, Path directory, Function<Path, Latency> benchmark) {
    TransformedModel variant;
    try {
      variant = RecipeRunner.run(original, recipe, target, calibration, seed, metric);
    } catch (StepNotApplicableException e) {
      return new Trial(
          recipe.name(),
          TrialOutcome.FAILED,
          Trial.STEP_NOT_APPLICABLE,
          e.step() + ": " + e.getMessage(),
          0,
          null,
          null,
          List.of());
    }
    Path file = variant.model().save(directory);
    long size = variant.model().sizeBytes();
    try {
      Accuracy accuracy =
          evaluator == null ? null : evaluator.evaluate(SaturatedModel.on(target, variant.model()));
      Latency latency = benchmark.apply(file);
      return judge(recipe, variant, size, accuracy, latency);
    } catch (OutputsNotFiniteException e) {
      return new Trial(
          recipe.name(),
          TrialOutcome.REJECTED,
          Trial.NOT_FINITE,
          e.getMessage(),
          size,
          null,
          null,
          variant.notes());
    }
  }

  private Trial judge(
      Recipe recipe, TransformedModel variant, long size, Accuracy accuracy, Latency latency) {
    Optional<AccuracyGate.Miss> miss =
        accuracy == null
            ? Optional.empty()
            : new AccuracyGate(gates.maxAccuracyDrop(), confidence).judge(accuracy);
    String reason = miss.map(AccuracyGate.Miss::reason).orElse(null);
    String message = miss.map(AccuracyGate.Miss::message).orElse("holds the gates");
    if (miss.isEmpty() && gates.maxModelSize() != null && size > gates.maxModelSize()) {
      reason = Trial.SIZE_ABOVE_GATE;
      message =
          "%s, more than %s"
              .formatted(Sizes.megabytes(size), Sizes.megabytes(gates.maxModelSize()));
    }
    List<LayerReport> layers = variant.layers(samples);
    List<String> warnings =
        new ArrayList<>(
            Warnings.of(
                target,
                Cpu.here(),
                saturating(variant.model()),
                layers,
                original.sizeBytes(),
                size));
    Warnings.slower(originalLatency, latency).ifPresent(warnings::add);
    return new Trial(
        recipe.name(),
        reason == null ? TrialOutcome.ACCEPTED : TrialOutcome.REJECTED,
        reason,
        message,
        size,
        accuracy,
        latency,
        variant.notes(),
        layers,
        warnings);
  }

  private List<String> saturating(OnnxModel model) {
    return target.saturatesIntegerSums() ? SaturatedModel.products(model) : List.of();
  }
}
