package dev.modelfleet.compression.quantize;

import dev.modelfleet.compression.graph.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Quantizes values at run time, each once however many products read it. */
final class DynamicActivations {

  /** Names of a quantized value and its parameters. */
  record Quantized(String values, String scale, String zeroPoint) {}

  private final GraphEdit edit;
  private final Map<String, Quantized> done = new HashMap<>();

  DynamicActivations(GraphEdit edit) {
    this.edit = edit;
  }

  Quantized quantize(String value) {
    return done.computeIfAbsent(value, this::add);
  }

  private Quantized add(String value) {
    Quantized quantized =
        new Quantized(
            edit.fresh(value + "_quantized"),
            edit.fresh(value + "_scale"),
            edit.fresh(value + "_zero_point"));
    edit.add(
        Node.of(
            "DynamicQuantizeLinear",
            value + "_QuantizeLinear",
            List.of(value),
            List.of(quantized.values(), quantized.scale(), quantized.zeroPoint())));
    return quantized;
  }
}
