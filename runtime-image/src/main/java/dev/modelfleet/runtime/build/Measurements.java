package dev.modelfleet.runtime.build;

import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.BuildRequest;
import dev.modelfleet.artifact.Latency;
import dev.modelfleet.artifact.LayerReport;
import dev.modelfleet.artifact.TargetProfile;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.TransformedModel;
import dev.modelfleet.compression.evaluation.Evaluator;
import dev.modelfleet.compression.evaluation.OutputsNotFiniteException;
import dev.modelfleet.compression.runtime.Benchmark;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.saturation.SaturatedModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Measures models on the builder: accuracy against the original, and latency. */
final class Measurements implements AutoCloseable {

  private static final int WARMUP = 3;
  private static final int ITERATIONS = 30;

  private final Optional<Evaluator> evaluator;
  private final GoldenSource golden;
  private final TargetProfile target;

  private Measurements(Optional<Evaluator> evaluator, GoldenSource golden, TargetProfile target) {
    this.target = target;
    this.evaluator = evaluator;
    this.golden = golden;
  }

  /**
   * Runs the original on the evaluation set, for all comparisons to come.
   *
   * @throws CompressionException where the original does not run
   */
  static Measurements of(BuildRequest request, BuildInputs inputs, GoldenSource golden) {
    Optional<Evaluator> evaluator =
        inputs
            .evaluation()
            .map(
                data ->
                    new Evaluator(
                        inputs.model(),
                        request.evaluation().metric(),
                        data,
                        SessionOptions.cpu(0),
                        request.evaluation().level(),
                        request.seed()));
    return new Measurements(evaluator, golden, request.target());
  }

  /**
   * Accuracy against the original, as the target computes; null where no evaluation is asked for.
   *
   * @throws OutputsNotFiniteException where outputs hold NaN or infinity
   */
  Accuracy accuracy(OnnxModel model) {
    if (evaluator.isEmpty()) {
      golden.checkFinite(file(model));
    }
    return evaluator.map(e -> e.evaluate(SaturatedModel.on(target, model))).orElse(null);
  }

  /** Latency on this machine with all its processors. */
  Latency latency(OnnxModel model) {
    try {
      return Benchmark.latency(file(model), golden.data(), WARMUP, ITERATIONS, 0);
    } catch (CompressionException e) {
      throw golden.explain(e);
    }
  }

  /** Layers whose sums of integers saturate on the target. */
  List<String> saturating(OnnxModel model) {
    return target.saturatesIntegerSums() ? SaturatedModel.products(model) : List.of();
  }

  /** What became of each layer, with the errors on a few samples. */
  List<LayerReport> layers(TransformedModel made) {
    return made.layers(Optional.of(golden.data()));
  }

  private static Path file(OnnxModel model) {
    return model.file().orElseThrow();
  }

  @Override
  public void close() {
    evaluator.ifPresent(Evaluator::close);
  }
}
