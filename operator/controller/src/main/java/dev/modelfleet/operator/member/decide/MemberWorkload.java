package dev.modelfleet.operator.member.decide;

import dev.modelfleet.operator.name.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a Deployment or DaemonSet in a member cluster tells.
 *
 * @param target of the ModelDeployment
 * @param revision that it was last applied for
 * @param variant that its pods are made for
 * @param seen whether its controller has seen its newest spec
 * @param desired number of pods that there should be
 * @param updated number of pods made from the newest spec
 * @param ready number of ready pods
 * @param available number of available pods
 */
record MemberWorkload(
    String target,
    String revision,
    String variant,
    boolean seen,
    int desired,
    int updated,
    int ready,
    int available) {

  /** Reads a Deployment or DaemonSet; empty for any other object. */
  static Optional<MemberWorkload> of(HasMetadata object) {
    return switch (object) {
      case Deployment deployment -> Optional.of(of(deployment));
      case DaemonSet set -> Optional.of(of(set));
      default -> Optional.empty();
    };
  }

  private static MemberWorkload of(Deployment object) {
    DeploymentStatus status =
        Optional.ofNullable(object.getStatus()).orElseGet(DeploymentStatus::new);
    return new MemberWorkload(
        label(object, Labels.TARGET),
        label(object, Labels.REVISION),
        label(object, Labels.VARIANT),
        seen(object, status.getObservedGeneration()),
        object.getSpec().getReplicas() == null ? 1 : object.getSpec().getReplicas(),
        number(status.getUpdatedReplicas()),
        number(status.getReadyReplicas()),
        number(status.getAvailableReplicas()));
  }

  private static MemberWorkload of(DaemonSet object) {
    DaemonSetStatus status =
        Optional.ofNullable(object.getStatus()).orElseGet(DaemonSetStatus::new);
    return new MemberWorkload(
        label(object, Labels.TARGET),
        label(object, Labels.REVISION),
        label(object, Labels.VARIANT),
        seen(object, status.getObservedGeneration()),
        number(status.getDesiredNumberScheduled()),
        number(status.getUpdatedNumberScheduled()),
        number(status.getNumberReady()),
        number(status.getNumberAvailable()));
  }

  /** Whether every pod is made from the newest spec and serves. */
  boolean complete() {
    return seen && updated >= desired && available >= desired;
  }

  /** Whether it was last applied for the same revision and variant as a manifest. */
  boolean isMadeFor(HasMetadata manifest) {
    return Objects.equals(revision, label(manifest, Labels.REVISION))
        && Objects.equals(variant, label(manifest, Labels.VARIANT));
  }

  private static String label(HasMetadata object, String key) {
    Map<String, String> labels = object.getMetadata().getLabels();
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
