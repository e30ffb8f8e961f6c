package dev.modelfleet.runtime.probe;

import dev.modelfleet.artifact.Gates;
import dev.modelfleet.artifact.Latency;
import java.util.Locale;

/** Says how measurements on a device compare with the gates that the operator judges them by. */
final class ProbeVerdict {

  private ProbeVerdict() {}

  /** One sentence with each figure and, where there is one, its limit. */
  static String describe(Latency latency, long memory, Gates gates) {
    String time = String.format(Locale.ROOT, "latency p99 %.2f ms", latency.p99Millis());
    if (gates.maxLatencyP99Millis() != null) {
      boolean above = latency.p99Millis() > gates.maxLatencyP99Millis();
      time +=
          String.format(
              Locale.ROOT, " %s %.2f ms", above ? "above" : "within", gates.maxLatencyP99Millis());
    }
    String space = String.format(Locale.ROOT, "peak memory %.1f MiB", memory / 1048576.0);
    if (gates.maxMemory() != null) {
      boolean above = memory > gates.maxMemory();
      space +=
          String.format(
              Locale.ROOT,
              " %s %.1f MiB",
              above ? "above" : "within",
              gates.maxMemory() / 1048576.0);
    }
    return time + ", " + space;
  }
}
