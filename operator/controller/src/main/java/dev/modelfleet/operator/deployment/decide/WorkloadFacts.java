package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.EdgeDeploymentStatus.EdgeTargetStatus;
import dev.modelfleet.operator.member.decide.MemberView;
import dev.modelfleet.operator.name.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * What a Deployment or DaemonSet that serves a target tells, or all member clusters together.
 *
 * @param target name of the target
 * @param revision of the ModelDeployment that it was last applied for
 * @param variant name of the ModelVariant that its pods are made for
 * @param current whether its controller has seen its newest spec
 * @param replicas that its spec asks for; null for a DaemonSet
 * @param desired number of pods that there should be
 * @param updated number of pods made from the newest spec
 * @param ready number of ready pods
 * @param available number of available pods
 * @param object the object itself; null for member clusters
 */
public record WorkloadFacts(
    String target,
    String revision,
    String variant,
    boolean current,
    Integer replicas,
    int desired,
    int updated,
    int ready,
    int available,
    HasMetadata object) {

  /** Reads a Deployment. */
  public static WorkloadFacts of(Deployment object) {
    var status = Optional.ofNullable(object.getStatus());
    return new WorkloadFacts(
        label(object.getMetadata().getLabels(), Labels.TARGET),
        label(object.getMetadata().getLabels(), Labels.REVISION),
        label(object.getMetadata().getLabels(), Labels.VARIANT),
        seen(object, status.map(s -> s.getObservedGeneration()).orElse(null)),
        object.getSpec().getReplicas(),
        number(object.getSpec().getReplicas()),
        number(status.map(s -> s.getUpdatedReplicas()).orElse(null)),
        number(status.map(s -> s.getReadyReplicas()).orElse(null)),
        number(status.map(s -> s.getAvailableReplicas()).orElse(null)),
        object);
  }

  /** Reads a DaemonSet. */
  public static WorkloadFacts of(DaemonSet object) {
    var status = Optional.ofNullable(object.getStatus());
    return new WorkloadFacts(
        label(object.getMetadata().getLabels(), Labels.TARGET),
        label(object.getMetadata().getLabels(), Labels.REVISION),
        label(object.getMetadata().getLabels(), Labels.VARIANT),
        seen(object, status.map(s -> s.getObservedGeneration()).orElse(null)),
        null,
        number(status.map(s -> s.getDesiredNumberScheduled()).orElse(null)),
        number(status.map(updated(object)).orElse(null)),
        number(status.map(s -> s.getNumberReady()).orElse(null)),
        number(status.map(s -> s.getNumberAvailable()).orElse(null)),
        object);
  }

  /** Whether nothing that matters differs: not the spec, the labels, nor the numbers of pods. */
  public boolean tellsTheSame(WorkloadFacts other) {
    var mine = object.getMetadata();
    var others = other.object.getMetadata();
    return withObject(null).equals(other.withObject(null))
        && Objects.equals(mine.getGeneration(), others.getGeneration())
        && Objects.equals(mine.getLabels(), others.getLabels())
        && Objects.equals(mine.getAnnotations(), others.getAnnotations())
        && Objects.equals(mine.getDeletionTimestamp(), others.getDeletionTimestamp());
  }

  private WorkloadFacts withObject(HasMetadata other) {
    return new WorkloadFacts(
        target, revision, variant, current, replicas, desired, updated, ready, available, other);
  }

  /**
   * A DaemonSet whose nodes were chosen anew has pods of an older template, which differ in that
   * choice only: all of them are as they should be.
   */
  private static Function<DaemonSetStatus, Integer> updated(DaemonSet object) {
    boolean onDelete =
        object.getSpec() != null
            && object.getSpec().getUpdateStrategy() != null
            && "OnDelete".equals(object.getSpec().getUpdateStrategy().getType());
    return onDelete
        ? DaemonSetStatus::getCurrentNumberScheduled
        : DaemonSetStatus::getUpdatedNumberScheduled;
  }

  /**
   * What serves a target in member clusters, taken together. Those that can't be reached are left
   * out: they hold nothing up, and what is known of them is old.
   *
   * @return empty where no cluster was told anything
   */
  public static Optional<WorkloadFacts> of(String target, List<MemberView> members) {
    List<MemberView> told = members.stream().filter(m -> m.told() != null).toList();
    List<MemberView> reachable =
        members.stream().filter(member -> member.cluster().reachable()).toList();
    if (told.isEmpty()) {
      return Optional.empty();
    }
    boolean current =
        !reachable.isEmpty()
            && reachable.stream().allMatch(m -> m.told() != null && m.current())
            && reachable.stream().allMatch(m -> m.failure().isEmpty());
    boolean alike =
        reachable.stream().map(m -> m.told() + "/" + m.variant()).distinct().count() == 1;
    MemberView first = reachable.isEmpty() ? told.getFirst() : reachable.getFirst();
    return Optional.of(
        new WorkloadFacts(
            target,
            first.told(),
            first.variant(),
            current && alike,
            null,
            sum(reachable, EdgeTargetStatus::desired),
            sum(reachable, EdgeTargetStatus::updated),
            sum(reachable, EdgeTargetStatus::ready),
            sum(reachable, EdgeTargetStatus::available),
            null));
  }

  private static int sum(List<MemberView> members, ToIntFunction<EdgeTargetStatus> number) {
    return members.stream().flatMap(m -> m.pods().stream()).mapToInt(number).sum();
  }

  private static String label(Map<String, String> labels, String key) {
    return labels == null ? null : labels.get(key);
  }

  private static boolean seen(HasMetadata object, Long observed) {
    Long generation = object.getMetadata().getGeneration();
    return observed != null && generation != null && observed >= generation;
  }

  private static int number(Integer value) {
    return value == null ? 0 : value;
  }
}
