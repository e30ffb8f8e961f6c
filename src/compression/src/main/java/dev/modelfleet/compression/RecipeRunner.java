package dev.modelfleet.compression;

import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.Granularity;
import dev.modelfleet.artifact.QuantizationScheme;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.artifact.Step;
import dev.modelfleet.artifact.StepNote;
import dev.modelfleet.artifact.TargetProfile;
import dev.modelfleet.compression.calibration.Ranges;
import dev.modelfleet.compression.codebook.NonUniformQuantizer;
import dev.modelfleet.compression.convert.BrainFloatStorage;
import dev.modelfleet.compression.convert.HalfPrecision;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.factorize.Factorizer;
import dev.modelfleet.compression.mixed.MixedPrecisionQuantizer;
import dev.modelfleet.compression.prune.BlockPruner;
import dev.modelfleet.compression.prune.ChannelPruner;
import dev.modelfleet.compression.prune.MagnitudePruner;
import dev.modelfleet.compression.quantize.BlockwiseQuantizer;
import dev.modelfleet.compression.quantize.DynamicQuantizer;
import dev.modelfleet.compression.quantize.StaticQuantizer;
import dev.modelfleet.compression.quantize.WeightOnlyQuantizer;
import dev.modelfleet.compression.simplify.Simplify;
import dev.modelfleet.compression.transform.LayerReasons;
import dev.modelfleet.compression.transform.Transform;
import dev.modelfleet.compression.transform.TransformContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Applies a recipe's steps in order. */
public final class RecipeRunner {

  private RecipeRunner() {}

  /**
   * Makes a variant; the original stays as it is. Equal arguments give equal bytes.
   *
   * @param target class of device that the variant is for
   * @param calibration typical inputs; required by static quantization
   * @param seed of everything random
   * @throws StepNotApplicableException where a step can't be applied to this model
   * @throws CompressionException with DATASET_MISMATCH where the calibration data does not fit the
   *     model, with INVALID_MODEL where the engine refuses the model
   */
  public static TransformedModel run(
      OnnxModel original,
      Recipe recipe,
      TargetProfile target,
      Optional<Dataset> calibration,
      long seed) {
    return run(original, recipe, target, calibration, seed, Optional.empty());
  }

  /**
   * As {@link #run(OnnxModel, Recipe, TargetProfile, Optional, long)}.
   *
   * @param metric what planners measure losses by; the first output's error where empty
   */
  public static TransformedModel run(
      OnnxModel original,
      Recipe recipe,
      TargetProfile target,
      Optional<Dataset> calibration,
      long seed,
      Optional<Evaluation.Metric> metric) {
    OnnxModel model = original.copy();
    OnnxModel base = original;
    LayerReasons reasons = new LayerReasons();
    TransformContext context =
        new TransformContext(target, calibration, seed, metric, reasons, Ranges.measured());
    List<StepNote> notes = new ArrayList<>();
    for (Step step : recipe.steps()) {
      long start = System.nanoTime();
      if (notes.isEmpty() && (step instanceof Step.Prune || step instanceof Step.Factorize)) {
        // These simplify first: layers are told by the names that they then have.
        new Simplify().apply(model, context);
        base = model.copy();
      }
      String message = transform(step).apply(model, context);
      notes.add(new StepNote(name(step), message, (System.nanoTime() - start) / 1_000_000));
      if (step instanceof Step.Simplify) {
        base = model.copy();
      }
    }
    return new TransformedModel(model, notes, base, reasons.all());
  }

  private static Transform transform(Step step) {
    return switch (step) {
      case Step.Simplify simplify -> new Simplify();
      case Step.Quantize quantize ->
          quantize.mixedPrecision() != null && quantize.scheme() != QuantizationScheme.NON_UNIFORM
              ? new MixedPrecisionQuantizer(quantize, quantize.mixedPrecision())
              : uniform(quantize);
      case Step.Prune prune ->
          switch (prune.method()) {
            case CHANNEL -> new ChannelPruner(prune);
            case LAYER -> new BlockPruner(prune);
            case MAGNITUDE -> new MagnitudePruner(prune);
          };
      case Step.Factorize factorize -> new Factorizer(factorize);
      case Step.Convert convert ->
          switch (convert.precision()) {
            case FP16 -> new HalfPrecision(convert);
            case BF16 -> new BrainFloatStorage();
          };
    };
  }

  private static Transform uniform(Step.Quantize quantize) {
    return switch (quantize.scheme()) {
      case DYNAMIC -> new DynamicQuantizer(quantize);
      case STATIC -> new StaticQuantizer(quantize);
      case WEIGHT_ONLY ->
          quantize.granularity() == Granularity.PER_BLOCK
              ? new BlockwiseQuantizer(quantize)
              : new WeightOnlyQuantizer(quantize);
      case NON_UNIFORM -> new NonUniformQuantizer(quantize);
    };
  }

  private static String name(Step step) {
    return switch (step) {
      case Step.Simplify s -> "simplify";
      case Step.Quantize q -> "quantize";
      case Step.Prune p -> "prune";
      case Step.Factorize f -> "factorize";
      case Step.Convert c -> "convert";
    };
  }
}
