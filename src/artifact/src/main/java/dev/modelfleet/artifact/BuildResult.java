package dev.modelfleet.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What came of a build, as the container's termination message: compact JSON, at most {@value
 * #MAX_BYTES} bytes, so that it reaches the operator through the pod's status.
 *
 * @param outcome published, rejected or failed
 * @param reason {@link FailureReason} when failed, null otherwise
 * @param message one sentence for people
 * @param artifact where the variant is; null unless published
 * @param recipe the accepted recipe; null unless published
 * @param sourceSize bytes of the original with its external data; 0 where it was not read
 * @param originalLatency of the original on the builder; null where not measured
 * @param trials every recipe in the order tried, without step notes
 * @param reused whether the artifact was there already, built by an equal request
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BuildResult(
    BuildOutcome outcome,
    FailureReason reason,
    String message,
    PublishedArtifact artifact,
    String recipe,
    long sourceSize,
    Latency originalLatency,
    List<Trial> trials,
    boolean reused) {

  /** Kubernetes keeps at most this much of a container's termination message. */
  public static final int MAX_BYTES = 4096;

  public BuildResult {
    trials = trials == null ? List.of() : List.copyOf(trials);
  }

  /** A failed build without trials. */
  public static BuildResult failed(FailureReason reason, String message) {
    return new BuildResult(
        BuildOutcome.FAILED, reason, message, null, null, 0, null, List.of(), false);
  }
}
