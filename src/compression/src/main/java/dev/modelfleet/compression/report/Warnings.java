package dev.modelfleet.compression.report;

import dev.modelfleet.artifact.Latency;
import dev.modelfleet.artifact.LayerReport;
import dev.modelfleet.artifact.TargetProfile;
import dev.modelfleet.compression.runtime.Cpu;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What a user should know of a variant besides its gates. */
public final class Warnings {

  /** Weights that are not pruned have fewer zeros than this, also in 8 bits. */
  private static final double SPARSE = 0.3;

  /** Below this a layer's output is more than one part in ten noise. */
  private static final double POOR_DECIBELS = 10;

  /** Measured on a machine that does other things too, smaller differences mean nothing. */
  private static final double SLOWER = 1.1;

  private Warnings() {}

  /**
   * Sentences; empty where there is nothing to say.
   *
   * @param target class of device; null where it is not known
   * @param cpu the processor that measures, which stands for a target's that is not known
   * @param saturating names of products that would saturate on the target
   * @param before size of the original in bytes
   * @param after size of the variant in bytes
   */
  public static List<String> of(
      TargetProfile target,
      Cpu cpu,
      List<String> saturating,
      List<LayerReport> layers,
      long before,
      long after) {
    List<String> warnings = new ArrayList<>();
    boolean integers = layers.stream().anyMatch(layer -> layer.precision().equals("INT8"));
    if (integers) {
      slowIntegers(target, cpu).ifPresent(warnings::add);
    }
    if (!saturating.isEmpty()) {
      warnings.add(
          "sums of 8-bit products can saturate on the target's processor in %d layers, first in %s:"
                  .formatted(saturating.size(), saturating.getFirst())
              + " accuracy is measured as it computes them; weightRange Unsigned or Reduced avoids it");
    }
    if (after >= before) {
      warnings.add("it is no smaller than the original");
    }
    poorest(layers).ifPresent(warnings::add);
    sparse(layers).ifPresent(warnings::add);
    return warnings;
  }

  private static Optional<String> slowIntegers(TargetProfile target, Cpu cpu) {
    boolean known = target != null && !target.cpuFeatures().isEmpty();
    if (known) {
      return target.lacksIntegerDotProduct()
          ? Optional.of(
              "the target's processor has no integer dot product (VNNI on amd64, ASIMDDP on arm64):"
                  + " int8 gains little or no speed there")
          : Optional.empty();
    }
    return cpu.lacksIntegerDotProduct()
        ? Optional.of(
            "the builder's processor has no integer dot product (VNNI): int8 gains little or no"
                + " speed there, and what it computes can differ from processors that have it")
        : Optional.empty();
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

  private static Optional<String> sparse(List<LayerReport> layers) {
    long sparse =
        layers.stream()
            .filter(layer -> layer.sparsity() != null && layer.sparsity() >= SPARSE)
            .count();
    return sparse == 0
        ? Optional.empty()
        : Optional.of(
            "%d of %d layers have many zeros, which ONNX Runtime stores and multiplies with as with"
                    .formatted(sparse, layers.size())
                + " any other weight: they save nothing by themselves");
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
