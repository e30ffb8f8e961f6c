package dev.modelfleet.compression.transform;

import dev.modelfleet.artifact.Evaluation;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.TargetProfile;
import dev.modelfleet.compression.calibration.Ranges;
import dev.modelfleet.compression.dataset.Dataset;
import java.util.Optional;

/**
 * What a transform may take into account besides the model.
 *
 * @param target class of device that the model is for
 * @param calibration typical inputs
 * @param seed of everything random
 * @param metric what accuracy is measured by; labels are not at hand
 * @param reasons where a planner says why it treats layers as it does
 * @param ranges of activations on the calibration data
 */
public record TransformContext(
    TargetProfile target,
    Optional<Dataset> calibration,
    long seed,
    Optional<Evaluation.Metric> metric,
    LayerReasons reasons,
    Ranges ranges) {

  /** The same with ranges that are known already. */
  public TransformContext with(Ranges known) {
    return new TransformContext(target, calibration, seed, metric, reasons, known);
  }

  /**
   * What planners measure losses by: the metric that accuracy is judged by, where it needs labels
   * the one nearest to it; without one the error of the first output.
   */
  public Evaluation.Metric labelFreeMetric() {
    Evaluation.Metric plain =
        new Evaluation.Metric(MetricType.MEAN_SQUARED_ERROR, null, null, null, null);
    Evaluation.Metric judged = metric.orElse(plain);
    return judged.type() == MetricType.TOP_K_ACCURACY
        ? new Evaluation.Metric(MetricType.TOP_ONE_AGREEMENT, judged.output(), null, null, null)
        : judged;
  }

  /** Without a metric; reasons are lost. */
  public TransformContext(TargetProfile target, Optional<Dataset> calibration, long seed) {
    this(target, calibration, seed, Optional.empty(), new LayerReasons(), Ranges.measured());
  }
}
