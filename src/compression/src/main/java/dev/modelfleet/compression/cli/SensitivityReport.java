package dev.modelfleet.compression.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.LayerFormat;
import dev.modelfleet.compression.mixed.LayerEffect;
import java.util.List;

/**
 * The table of {@code modelfleet sensitivity} for programs.
 *
 * @param format that each layer was given alone
 * @param layers the most sensitive first
 */
record SensitivityReport(LayerFormat format, List<Layer> layers) {

  /**
   * One layer.
   *
   * @param sqnr in decibels; null where the result is exact
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Layer(
      String name, String operator, long weights, long saved, Double sqnr, Accuracy accuracy) {}

  static String json(LayerFormat format, List<LayerEffect> effects) {
    return ContractJson.writePretty(
        new SensitivityReport(
            format,
            effects.stream()
                .map(
                    effect ->
                        new Layer(
                            effect.layer(),
                            effect.operator(),
                            effect.weights(),
                            effect.saved(),
                            Double.isInfinite(effect.sqnr()) ? null : effect.sqnr(),
                            effect.accuracy()))
                .toList()));
  }
}
