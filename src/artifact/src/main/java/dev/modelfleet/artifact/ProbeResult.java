package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What a probe measured on a device, as the container's termination message.
 *
 * @param reason {@link FailureReason} when the probe could not be done or the device disagrees,
 *     null otherwise
 * @param message one sentence for people
 * @param golden agreement with the builder; null where it could not be computed
 * @param latency on this device; null where it could not be measured
 * @param throughput inferences a second at batch 1, one at a time
 * @param peakMemory largest resident memory of the probe's process, bytes
 * @param energyMillijoules energy of one inference, the device's whole power in that time counted;
 *     null where no sensor could be read
 * @param device CPU model, threads and operating system
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ProbeResult(
    FailureReason reason,
    String message,
    GoldenAgreement golden,
    Latency latency,
    double throughput,
    long peakMemory,
    Double energyMillijoules,
    String device) {

  /** Without energy, which most devices do not let a pod read. */
  public ProbeResult(
      FailureReason reason,
      String message,
      GoldenAgreement golden,
      Latency latency,
      double throughput,
      long peakMemory,
      String device) {
    this(reason, message, golden, latency, throughput, peakMemory, null, device);
  }

  /**
   * How closely a device's outputs follow the builder's on the golden inputs.
   *
   * @param agrees whether the smallest cosine reaches the tolerance and every output is finite
   * @param minCosine smallest cosine over samples and outputs
   * @param maxAbsoluteDifference largest absolute difference over all values
   * @param samples number of samples replayed
   */
  public record GoldenAgreement(
      boolean agrees, double minCosine, double maxAbsoluteDifference, int samples) {}

  /** A probe that could not be done. */
  public static ProbeResult failed(FailureReason reason, String message) {
    return new ProbeResult(reason, message, null, null, 0, 0, null);
  }
}
