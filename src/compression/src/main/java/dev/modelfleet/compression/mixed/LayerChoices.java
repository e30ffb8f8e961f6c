package dev.modelfleet.compression.mixed;

import dev.modelfleet.artifact.LayerFormat;
import dev.modelfleet.compression.StepNotApplicableException;
import dev.modelfleet.compression.graph.Node;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What each layer may become, and what that was measured to mean.
 *
 * @param layers choices of each layer by its name, in graph order
 */
record LayerChoices(Map<String, Map<LayerFormat, Choice>> layers) {

  /**
   * One layer in one format.
   *
   * @param saved bytes
   * @param noise power of the result's error, relative to the result's
   * @param millis of the layer alone; 0 where latencies are not measured
   */
  record Choice(long saved, double noise, double millis) {

    String describe(LayerFormat format) {
      String noiseText =
          noise == 0 ? "exact" : String.format(Locale.ROOT, "%.1f dB", -10 * Math.log10(noise));
      return millis == 0
          ? "%s (%s)".formatted(format, noiseText)
          : String.format(Locale.ROOT, "%s (%s, %.3f ms)", format, noiseText, millis);
    }
  }

  /**
   * Measures every layer in every format.
   *
   * @param costs null where latencies do not matter
   */
  static LayerChoices measure(Sensitivity sensitivity, Set<LayerFormat> formats, LayerCosts costs) {
    Map<String, Map<LayerFormat, Choice>> layers = new LinkedHashMap<>();
    for (Node layer : sensitivity.layers()) {
      Map<LayerFormat, Choice> choices = new EnumMap<>(LayerFormat.class);
      choices.put(LayerFormat.FP32, new Choice(0, 0, millis(costs, layer, LayerFormat.FP32)));
      layers.put(layer.output(0), choices);
    }
    for (LayerFormat format : formats) {
      List<LayerEffect> effects =
          switch (format) {
            case FP32 -> List.of();
            case FP16_WEIGHTS, BF16_WEIGHTS -> sensitivity.together(format);
            case INT8, INT8_WEIGHTS, INT4_WEIGHTS -> sensitivity.measure(format, effect -> {});
          };
      Map<String, Node> nodes =
          sensitivity.layers().stream().collect(Collectors.toMap(n -> n.output(0), n -> n));
      for (LayerEffect effect : effects) {
        double millis = millis(costs, nodes.get(effect.layer()), format);
        layers.get(effect.layer()).put(format, new Choice(effect.saved(), effect.noise(), millis));
      }
    }
    return new LayerChoices(layers);
  }

  private static double millis(LayerCosts costs, Node layer, LayerFormat format) {
    return costs == null ? 0 : costs.millis(layer, format);
  }

  /** Why a layer has its format: what was measured of it, then of the others. */
  String reason(String layer, LayerFormat chosen) {
    Map<LayerFormat, Choice> choices = layers.get(layer);
    List<String> others = new ArrayList<>();
    choices.forEach(
        (format, choice) -> {
          if (format != chosen) {
            others.add(choice.describe(format));
          }
        });
    return choices.get(chosen).describe(chosen)
        + (others.isEmpty() ? "" : " rather than " + String.join(", ", others));
  }

  /** Sum of the layers' latencies as they were. */
  double originalMillis() {
    return layers.values().stream().mapToDouble(c -> c.get(LayerFormat.FP32).millis()).sum();
  }

  /** Refuses a model without layers. */
  void requireLayers(List<String> operators) {
    if (layers.isEmpty()) {
      throw new StepNotApplicableException(
          "quantize",
          "mixedPrecision finds no layers with constant FP32 weights"
              + (operators.isEmpty() ? "" : " among " + operators));
    }
  }
}
