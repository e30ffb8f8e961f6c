package dev.modelfleet.runtime.build;

import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.Precision;
import dev.modelfleet.compression.CompressionException;
import dev.modelfleet.compression.OnnxModel;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.evaluation.OutputsNotFiniteException;
import dev.modelfleet.compression.runtime.ModelSession;
import dev.modelfleet.compression.runtime.SessionOptions;
import dev.modelfleet.compression.runtime.Similarity;
import dev.modelfleet.compression.tensor.TensorData;
import dev.modelfleet.runtime.FailureException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The samples that golden inputs are picked from and latency is measured on: of the evaluation set,
 * else of the calibration set, else random ones.
 *
 * @param data the samples
 * @param random whether they were made up, and so the model may refuse them
 */
record GoldenSource(Dataset data, boolean random) {

  /** Number of golden inputs in an artifact. */
  static final int SAMPLES = 8;

  /** Chooses the samples. */
  static GoldenSource of(BuildInputs inputs, long seed, Path directory) {
    return inputs
        .evaluation()
        .or(inputs::calibration)
        .map(data -> new GoldenSource(data, false))
        .orElseGet(() -> madeUp(inputs.model(), seed, directory));
  }

  private static GoldenSource madeUp(OnnxModel model, long seed, Path directory) {
    Path file = directory.resolve("random.npz");
    RandomInputs.write(model.inputs(), seed, SAMPLES, file);
    return new GoldenSource(Dataset.npz(file), true);
  }

  /**
   * Smallest cosine that a device must reach. Kernels for 8-bit integers differ between processors
   * in rounding and, where the target's features are not given, in the width of their sums;
   * floating point differs in the order of sums only.
   */
  static double minCosine(Precision precision) {
    return switch (precision) {
      case FP32 -> 0.9999;
      case FP16 -> 0.999;
      case INT8, INT4 -> 0.99;
    };
  }

  /**
   * Runs a model on a few samples.
   *
   * @throws OutputsNotFiniteException where a floating-point output holds NaN or infinity
   */
  void checkFinite(Path model) {
    try (ModelSession session = ModelSession.open(model, SessionOptions.cpu(0))) {
      int samples = Math.min(SAMPLES, data.samples(session.inputs()));
      for (int i = 0; i < samples; i++) {
        checkFinite(i, session.run(data.sample(i, session.inputs())));
      }
    }
  }

  private static void checkFinite(int sample, Map<String, TensorData> outputs) {
    outputs.forEach(
        (name, value) -> {
          if (value.type().isFloat() && !Similarity.isFinite(value.toFloats())) {
            throw new OutputsNotFiniteException(name, sample);
          }
        });
  }

  /** Explains a refusal by the original of inputs that were made up. */
  RuntimeException explain(CompressionException e) {
    return random && e.reason() == FailureReason.DATASET_MISMATCH
        ? new FailureException(
            FailureReason.DATASET_MISMATCH,
            "the model does not take made-up inputs: name an evaluation or calibration data set ("
                + e.getMessage()
                + ")",
            e)
        : e;
  }
}
