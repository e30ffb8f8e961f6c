package dev.modelfleet.operator.member.decide;

import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentConditions;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentStatus;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentStatus.EdgeTargetStatus;
import dev.modelfleet.operator.member.decide.MemberPlan.Rejection;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.status.Conditions;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One target of a ModelDeployment in one member cluster, as the hub knows it: by the status of the
 * EdgeDeployment only.
 *
 * @param cluster where it is
 * @param deployment the cluster's EdgeDeployment; null where there is none yet
 * @param target name of the target
 */
public record MemberView(ClusterFacts cluster, EdgeDeployment deployment, String target) {

  /** Revision that the cluster was told to serve; null for none. */
  public String told() {
    return label(Labels.REVISION);
  }

  /** Name of the ModelVariant that it was told to serve; null for none. */
  public String variant() {
    return label(Labels.VARIANT);
  }

  /** The target's pods there, as last reported. */
  public Optional<EdgeTargetStatus> pods() {
    return status().stream()
        .flatMap(status -> status.targets().stream())
        .filter(reported -> reported.name().equals(target))
        .findFirst();
  }

  /** Whether the cluster has reported on what it was last told. */
  public boolean current() {
    return status()
        .filter(s -> deployment.getMetadata().getGeneration().equals(s.observedGeneration()))
        .isPresent();
  }

  /** Whether every pod serves what the cluster was told. */
  public boolean complete() {
    return current()
        && failure().isEmpty()
        && pods()
            .filter(p -> p.revision().equals(told()) && p.variant().equals(variant()))
            .filter(p -> p.updated() >= p.desired() && p.available() >= p.desired())
            .isPresent();
  }

  /** Since when the cluster serves what it was told; the epoch where that is not known. */
  public Instant completeSince() {
    return status()
        .flatMap(s -> Conditions.find(s.conditions(), EdgeDeploymentConditions.READY))
        .filter(ready -> ready.isTrue())
        .map(ready -> Instant.parse(ready.lastTransitionTime()))
        .orElse(Instant.EPOCH);
  }

  /** Revision that answers requests there; null for none. */
  public String serves() {
    if (complete()) {
      return told();
    }
    return pods().filter(p -> p.available() > 0).isPresent()
        ? status().map(EdgeDeploymentStatus::currentRevision).orElse(null)
        : null;
  }

  /** Why the cluster gave up what it was told; empty where it did not. */
  public Optional<Rejection> failure() {
    return status()
        .filter(s -> s.rejectedRevision() != null)
        .filter(s -> s.rejectedRevision().equals(deployment.getSpec().update().revision()))
        .map(
            s ->
                new Rejection(
                    s.rejectedRevision(),
                    s.rejectedReason(),
                    "cluster " + cluster.name() + ": " + s.rejectedMessage()));
  }

  private Optional<EdgeDeploymentStatus> status() {
    return deployment == null ? Optional.empty() : Optional.ofNullable(deployment.getStatus());
  }

  private String label(String key) {
    if (deployment == null) {
      return null;
    }
    return deployment.getSpec().update().manifests().stream()
        .map(MemberView::labels)
        .filter(labels -> target.equals(labels.get(Labels.TARGET)))
        .map(labels -> labels.get(key))
        .filter(java.util.Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private static Map<String, String> labels(GenericKubernetesResource manifest) {
    Map<String, String> labels = manifest.getMetadata().getLabels();
    return labels == null ? Map.of() : labels;
  }
}
