package dev.modelfleet.operator.member.decide;

import dev.modelfleet.api.v1alpha1.EdgeDeploymentConditions.Reason;
import dev.modelfleet.artifact.ServeFailure;
import dev.modelfleet.operator.name.Labels;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A pod that will not serve, however long is waited.
 *
 * @param pod its name
 * @param variant that it is made for
 * @param reason what the server itself named before it ended, or {@link Reason#CRASH_LOOP}
 * @param message one sentence
 */
public record PodTrouble(String pod, String variant, String reason, String message) {

  /** So many ends of a container are no accident. */
  private static final int CRASHES = 3;

  /** What is wrong with pods; empty where nothing is. */
  public static List<PodTrouble> of(List<Pod> pods) {
    return pods.stream().flatMap(pod -> of(pod).stream()).toList();
  }

  private static Optional<PodTrouble> of(Pod pod) {
    return containers(pod).flatMap(status -> of(pod, status).stream()).findFirst();
  }

  private static Stream<ContainerStatus> containers(Pod pod) {
    return pod.getStatus() == null
        ? Stream.empty()
        : Stream.concat(
            pod.getStatus().getInitContainerStatuses().stream(),
            pod.getStatus().getContainerStatuses().stream());
  }

  private static Optional<PodTrouble> of(Pod pod, ContainerStatus status) {
    String said =
        Stream.of(status.getState(), status.getLastState())
            .filter(state -> state != null && state.getTerminated() != null)
            .map(state -> words(state.getTerminated()))
            .findFirst()
            .orElse("");
    Optional<ServeFailure.Reason> named =
        Stream.of(ServeFailure.Reason.values())
            .filter(reason -> said.contains("\"" + reason.word() + "\""))
            .findFirst();
    if (named.isPresent()) {
      return Optional.of(trouble(pod, named.get().word(), said));
    }
    boolean crashes =
        !Boolean.TRUE.equals(status.getReady())
            && status.getRestartCount() != null
            && status.getRestartCount() >= CRASHES;
    return crashes
        ? Optional.of(
            trouble(
                pod,
                Reason.CRASH_LOOP,
                "container %s ended %d times: %s"
                    .formatted(status.getName(), status.getRestartCount(), said)))
        : Optional.empty();
  }

  private static String words(ContainerStateTerminated end) {
    String message = end.getMessage() == null ? "" : " " + end.getMessage().strip();
    return "%s with code %d%s"
        .formatted(
            end.getReason() == null ? "ended" : end.getReason(),
            end.getExitCode() == null ? 0 : end.getExitCode(),
            message);
  }

  private static PodTrouble trouble(Pod pod, String reason, String message) {
    Map<String, String> labels = pod.getMetadata().getLabels();
    return new PodTrouble(
        pod.getMetadata().getName(),
        labels == null ? null : labels.get(Labels.VARIANT),
        reason,
        "pod " + pod.getMetadata().getName() + ": " + message);
  }
}
