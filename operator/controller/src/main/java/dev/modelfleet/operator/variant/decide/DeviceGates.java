package dev.modelfleet.operator.variant.decide;

import dev.modelfleet.api.v1alpha1.ByteSize;
import dev.modelfleet.api.v1alpha1.GoDuration;
import dev.modelfleet.api.v1alpha1.ModelVariantConditions.Reason;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.artifact.Gates;
import dev.modelfleet.artifact.ProbeResult;
import java.util.Optional;

/** The gates that only a device can tell: agreement with the builder, latency and memory. */
public final class DeviceGates {

  /**
   * A gate that was missed.
   *
   * @param reason UpperCamelCase
   * @param message with figure and limit
   */
  public record Miss(String reason, String message) {}

  /** Reason: the device's outputs differ from the builder's. */
  public static final String GOLDEN_MISMATCH = "GoldenMismatch";

  private DeviceGates() {}

  /** The first gate that the measurement misses; empty where all hold. */
  public static Optional<Miss> judge(ProbeResult probe, Gates gates, String node) {
    return goldenDisagrees(probe, node)
        .or(() -> latencyAboveGate(probe, gates, node))
        .or(() -> memoryAboveGate(probe, gates, node));
  }

  private static Optional<Miss> goldenDisagrees(ProbeResult probe, String node) {
    boolean reported = probe.reason() == FailureReason.GOLDEN_MISMATCH;
    boolean measured = probe.golden() != null && !probe.golden().agrees();
    if (!reported && !measured) {
      return Optional.empty();
    }
    String figure =
        probe.golden() == null
            ? probe.message()
            : "the smallest cosine to the builder's outputs is %.5f over %d golden inputs"
                .formatted(probe.golden().minCosine(), probe.golden().samples());
    return Optional.of(new Miss(GOLDEN_MISMATCH, "on node " + node + " " + figure));
  }

  private static Optional<Miss> latencyAboveGate(ProbeResult probe, Gates gates, String node) {
    if (gates.maxLatencyP99Millis() == null) {
      return Optional.empty();
    }
    String limit = GoDuration.ofMillis(gates.maxLatencyP99Millis());
    if (probe.latency() == null) {
      return Optional.of(
          new Miss(
              Reason.LATENCY_ABOVE_GATE,
              "on node " + node + " the p99 latency could not be measured; the gate is " + limit));
    }
    double p99 = probe.latency().p99Millis();
    return p99 <= gates.maxLatencyP99Millis()
        ? Optional.empty()
        : Optional.of(
            new Miss(
                Reason.LATENCY_ABOVE_GATE,
                "on node %s the p99 latency is %s, above the gate of %s"
                    .formatted(node, GoDuration.ofMillis(p99), limit)));
  }

  private static Optional<Miss> memoryAboveGate(ProbeResult probe, Gates gates, String node) {
    return gates.maxMemory() == null || probe.peakMemory() <= gates.maxMemory()
        ? Optional.empty()
        : Optional.of(
            new Miss(
                Reason.MEMORY_ABOVE_GATE,
                "on node %s the process took %s of memory, above the gate of %s"
                    .formatted(
                        node,
                        ByteSize.quantity(probe.peakMemory()),
                        ByteSize.quantity(gates.maxMemory()))));
  }
}
