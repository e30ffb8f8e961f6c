package dev.modelfleet.compression;

import dev.modelfleet.artifact.LayerReport;
import dev.modelfleet.artifact.StepNote;
import dev.modelfleet.compression.dataset.Dataset;
import dev.modelfleet.compression.report.LayerNoise;
import dev.modelfleet.compression.report.LayerTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a recipe made of a model.
 *
 * @param model the variant
 * @param notes what each step did
 * @param base the original, simplified where the recipe simplifies: it names the layers
 * @param reasons why a planner treats layers as it does, by the name of the layer's output
 */
public record TransformedModel(
    OnnxModel model, List<StepNote> notes, OnnxModel base, Map<String, String> reasons) {

  public TransformedModel {
    notes = List.copyOf(notes);
    reasons = Map.copyOf(reasons);
  }

  /**
   * What became of each layer.
   *
   * @param data samples to measure the layers' errors on; without them errors are left out
   */
  public List<LayerReport> layers(Optional<Dataset> data) {
    Map<String, Double> noise =
        data.map(samples -> LayerNoise.measure(base, model, samples)).orElse(Map.of());
    return LayerTable.of(base, model, noise).stream()
        .map(layer -> layer.because(reasons.get(layer.name())))
        .toList();
  }
}
