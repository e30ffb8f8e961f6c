package dev.modelfleet.operator.deployment.decide;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions.Reason;
import dev.modelfleet.artifact.ServeFailure;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.rollout.decide.Sight;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What matters of a pod that serves.
 *
 * @param target name of the target
 * @param node that it is on; null before it is placed
 * @param owner name of the DaemonSet or ReplicaSet that made it
 * @param variant name of the ModelVariant that it serves
 * @param readySince since when it has been ready; null while it is not
 * @param failure why it does not work; null where nothing says so
 */
public record ServingPod(
    String target,
    String node,
    String owner,
    String variant,
    Instant readySince,
    Sight.Failed failure) {

  /** So often a container ends before that is taken for a failure of what it runs. */
  private static final int RESTARTS = 3;

  private static final JsonMapper MAPPER =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /** Reads a pod. */
  public static ServingPod of(Pod pod) {
    Map<String, String> labels =
        Optional.ofNullable(pod.getMetadata().getLabels()).orElseGet(Map::of);
    Instant ready = readySince(pod);
    return new ServingPod(
        labels.get(Labels.TARGET),
        pod.getSpec() == null ? null : pod.getSpec().getNodeName(),
        pod.getMetadata().getOwnerReferences().stream()
            .map(OwnerReference::getName)
            .findFirst()
            .orElse(""),
        labels.get(Labels.VARIANT),
        ready,
        ready == null ? failure(pod) : null);
  }

  /** How far the pod is. */
  Sight sight() {
    if (readySince != null) {
      return new Sight.Ready(readySince);
    }
    return failure != null ? failure : new Sight.Starting();
  }

  private static Instant readySince(Pod pod) {
    if (pod.getStatus() == null || pod.getMetadata().getDeletionTimestamp() != null) {
      return null;
    }
    return pod.getStatus().getConditions().stream()
        .filter(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()))
        .findFirst()
        .map(c -> c.getLastTransitionTime() == null ? Instant.EPOCH : time(c))
        .orElse(null);
  }

  private static Instant time(io.fabric8.kubernetes.api.model.PodCondition condition) {
    return Instant.parse(condition.getLastTransitionTime());
  }

  private static Sight.Failed failure(Pod pod) {
    List<ContainerStatus> containers =
        pod.getStatus() == null ? List.of() : pod.getStatus().getContainerStatuses();
    return containers.stream()
        .flatMap(container -> failure(container).stream())
        .findFirst()
        .orElse(null);
  }

  private static Optional<Sight.Failed> failure(ContainerStatus container) {
    Optional<ContainerStateTerminated> ended =
        Stream.of(container.getState(), container.getLastState())
            .filter(state -> state != null && state.getTerminated() != null)
            .map(io.fabric8.kubernetes.api.model.ContainerState::getTerminated)
            .filter(end -> end.getExitCode() != null && end.getExitCode() != 0)
            .findFirst();
    Optional<Sight.Failed> told = ended.flatMap(end -> told(end.getMessage()));
    if (told.isPresent()) {
      return told;
    }
    boolean again = container.getRestartCount() != null && container.getRestartCount() >= RESTARTS;
    return ended
        .filter(end -> again)
        .map(
            end ->
                new Sight.Failed(
                    Reason.CRASH_LOOP,
                    "container %s ended %d times, last with exit code %d (%s)"
                        .formatted(
                            container.getName(),
                            container.getRestartCount(),
                            end.getExitCode(),
                            end.getReason())));
  }

  /** What the server says of its end, where it says something. */
  private static Optional<Sight.Failed> told(String message) {
    if (message == null || !message.startsWith("{")) {
      return Optional.empty();
    }
    try {
      ServeFailure failure = MAPPER.readValue(message, ServeFailure.class);
      return failure.reason() == null || failure.message() == null
          ? Optional.empty()
          : Optional.of(new Sight.Failed(failure.reason().word(), failure.message()));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
