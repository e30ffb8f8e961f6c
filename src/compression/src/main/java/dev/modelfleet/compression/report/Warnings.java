package dev.modelfleet.compression.report;

import dev.modelfleet.artifact.Latency;
import dev.modelfleet.artifact.LayerReport;
import dev.modelfleet.compression.runtime.Cpu;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What a user should know of a variant besides its gates. */
public final class Warnings {

  /** Below this a layer's output is more than one part in ten noise. */
  private static final double POOR_DECIBELS = 10;

  /** Measured on a machine that does other things too, smaller differences mean nothing. */
  private static final double SLOWER = 1.1;

  private Warnings() {}

  /**
   * Sentences; empty where there is nothing to say.
   *
   * @param cpu instructions of the processor that measures
   * @param before size of the original in bytes
   * @param after size of the variant in bytes
   */
  public static List<String> of(Cpu cpu, List<LayerReport> layers, long before, long after) {
    List<String> warnings = new ArrayList<>();
    boolean integers = layers.stream().anyMatch(layer -> layer.precision().equals("INT8"));
    if (integers && cpu.lacksIntegerDotProduct()) {
      warnings.add(
          "the builder's processor has no integer dot product (VNNI): int8 gains little or no speed"
              + " there, and what it computes can differ from processors that have it");
    }
    if (after >= before) {
      warnings.add("it is no smaller than the original");
    }
    poorest(layers).ifPresent(warnings::add);
    return warnings;
  }

  /**
   * What to say of two latencies on the same machine; apart from the others, because a report that
   * is built again must be the same.
   */
  public static Optional<String> slower(Latency original, Latency variant) {
    return original != null
            && variant != null
            && variant.p50Millis() > SLOWER * original.p50Millis()
        ? Optional.of(
            "on this machine it is slower than the original: %s ms against %s ms (median)"
                .formatted(
                    Figures.number(variant.p50Millis()), Figures.number(original.p50Millis())))
        : Optional.empty();
  }

  private static Optional<String> poorest(List<LayerReport> layers) {
    List<LayerReport> poor =
        layers.stream()
            .filter(layer -> layer.sqnr() != null && layer.sqnr() < POOR_DECIBELS)
            .sorted(Comparator.comparing(LayerReport::sqnr))
            .toList();
    return poor.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "more than a tenth of the output is error in %d of %d layers, most in %s (%s dB)"
                .formatted(
                    poor.size(),
                    layers.size(),
                    poor.getFirst().name(),
                    Figures.number(poor.getFirst().sqnr())));
  }
}
