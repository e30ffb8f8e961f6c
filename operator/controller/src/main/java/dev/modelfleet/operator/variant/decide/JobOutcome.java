package dev.modelfleet.operator.variant.decide;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Where a build or probe Job stands, read from the Job and its pods. */
public sealed interface JobOutcome {

  /** After which a Job without a pod is worth a question why. */
  Duration POD_USUALLY_THERE = Duration.ofSeconds(5);

  /** The Job does not exist. */
  record Missing() implements JobOutcome {}

  /**
   * The Job has not ended.
   *
   * @param trouble why its pod does not run, in the cluster's words; null where nothing is wrong
   * @param reason UpperCamelCase cause of the trouble; null where nothing is wrong
   * @param withoutPod whether no pod exists yet
   */
  record Running(String reason, String trouble, boolean withoutPod) implements JobOutcome {}

  /**
   * The Job is complete.
   *
   * @param message the container's termination message; null where the pod is gone
   */
  record Succeeded(String message) implements JobOutcome {}

  /**
   * The Job failed.
   *
   * @param reason UpperCamelCase: {@code OOMKilled}, {@code Evicted}, {@code DeadlineExceeded} or
   *     the Job condition's
   * @param message in the cluster's words
   * @param result the container's termination message where it wrote one; null otherwise
   */
  record Failed(String reason, String message, String result) implements JobOutcome {}

  /** Reads the outcome; {@code job} is null where it does not exist. */
  static JobOutcome of(Job job, List<Pod> pods) {
    if (job == null) {
      return new Missing();
    }
    if (condition(job, "Complete").isPresent()) {
      return new Succeeded(terminationMessage(pods, 0).orElse(null));
    }
    return condition(job, "Failed")
        .<JobOutcome>map(failed -> failure(failed, pods))
        .orElseGet(() -> running(pods));
  }

  private static Optional<JobCondition> condition(Job job, String type) {
    return job.getStatus() == null
        ? Optional.empty()
        : job.getStatus().getConditions().stream()
            .filter(c -> type.equals(c.getType()) && "True".equals(c.getStatus()))
            .findFirst();
  }

  private static JobOutcome failure(JobCondition condition, List<Pod> pods) {
    Optional<Pod> last = newest(pods);
    Optional<ContainerStateTerminated> ended = last.flatMap(JobOutcome::terminated);
    String result = ended.map(ContainerStateTerminated::getMessage).orElse(null);
    String podReason = last.map(pod -> pod.getStatus().getReason()).orElse(null);
    if ("DeadlineExceeded".equals(condition.getReason())) {
      return new Failed("DeadlineExceeded", condition.getMessage(), result);
    }
    if (ended.filter(end -> "OOMKilled".equals(end.getReason())).isPresent()) {
      return new Failed("OOMKilled", memoryMessage(last.get()), result);
    }
    if (podReason != null) {
      return new Failed(podReason, last.get().getStatus().getMessage(), result);
    }
    String exit = ended.map(end -> " (exit code " + end.getExitCode() + ")").orElse("");
    return new Failed(
        Objects.requireNonNullElse(condition.getReason(), "JobFailed"),
        Objects.requireNonNullElse(condition.getMessage(), "the Job failed") + exit,
        result);
  }

  private static String memoryMessage(Pod pod) {
    String limit =
        pod.getSpec().getContainers().stream()
            .flatMap(
                c ->
                    c.getResources() == null || c.getResources().getLimits() == null
                        ? Stream.empty()
                        : Stream.ofNullable(c.getResources().getLimits().get("memory")))
            .findFirst()
            .map(Objects::toString)
            .orElse("of the node");
    return "the container was killed at its memory limit " + limit;
  }

  private static JobOutcome running(List<Pod> pods) {
    Optional<Pod> pod = newest(pods);
    if (pod.isEmpty()) {
      return new Running(null, null, true);
    }
    return waiting(pod.get())
        .or(() -> unschedulable(pod.get()))
        .orElseGet(() -> new Running(null, null, false));
  }

  private static Optional<JobOutcome> waiting(Pod pod) {
    Set<String> ordinary = Set.of("ContainerCreating", "PodInitializing");
    return containers(pod)
        .flatMap(c -> Stream.ofNullable(c.getState() == null ? null : c.getState().getWaiting()))
        .filter(w -> w.getReason() != null && !ordinary.contains(w.getReason()))
        .findFirst()
        .map(w -> new Running(w.getReason(), waitingMessage(w), false));
  }

  private static String waitingMessage(ContainerStateWaiting waiting) {
    return Objects.requireNonNullElse(waiting.getMessage(), waiting.getReason());
  }

  private static Optional<JobOutcome> unschedulable(Pod pod) {
    List<PodCondition> conditions =
        pod.getStatus() == null ? List.of() : pod.getStatus().getConditions();
    return conditions.stream()
        .filter(c -> "PodScheduled".equals(c.getType()) && "False".equals(c.getStatus()))
        .findFirst()
        .map(
            c ->
                new Running(
                    Objects.requireNonNullElse(c.getReason(), "Unschedulable"),
                    Objects.requireNonNullElse(c.getMessage(), "the pod is not scheduled"),
                    false));
  }

  private static Optional<String> terminationMessage(List<Pod> pods, int exitCode) {
    return pods.stream()
        .sorted(NEWEST_FIRST)
        .flatMap(pod -> terminated(pod).stream())
        .filter(end -> end.getExitCode() == exitCode && end.getMessage() != null)
        .map(ContainerStateTerminated::getMessage)
        .findFirst();
  }

  private static Optional<ContainerStateTerminated> terminated(Pod pod) {
    List<ContainerStatus> statuses =
        pod.getStatus() == null ? List.of() : pod.getStatus().getContainerStatuses();
    return statuses.stream()
        .flatMap(c -> Stream.ofNullable(c.getState() == null ? null : c.getState().getTerminated()))
        .findFirst();
  }

  private static Stream<ContainerStatus> containers(Pod pod) {
    return pod.getStatus() == null
        ? Stream.empty()
        : Stream.concat(
            pod.getStatus().getInitContainerStatuses().stream(),
            pod.getStatus().getContainerStatuses().stream());
  }

  /** Newest pod first; equal times by name, so that the order never depends on a cache. */
  Comparator<Pod> NEWEST_FIRST =
      Comparator.comparing((Pod pod) -> pod.getMetadata().getCreationTimestamp())
          .thenComparing(pod -> pod.getMetadata().getName())
          .reversed();

  private static Optional<Pod> newest(List<Pod> pods) {
    return pods.stream().min(NEWEST_FIRST);
  }
}
