package dev.modelfleet.operator.member.decide;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentSpec;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentSpec.DeploymentReference;
import dev.modelfleet.api.v1alpha1.EdgeRevision;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.name.ResourceName;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The EdgeDeployments that a ModelDeployment makes: always the newest revision only. */
public final class EdgeDeployments {

  private static final JsonMapper MAPPER = new JsonMapper();

  private EdgeDeployments() {}

  /** An object as it stands in a manifest: without an owner, which is not in the member. */
  public static GenericKubernetesResource manifest(HasMetadata object, String namespace) {
    GenericKubernetesResource manifest =
        MAPPER.convertValue(object, GenericKubernetesResource.class);
    manifest.setMetadata(
        new ObjectMetaBuilder(manifest.getMetadata())
            .withNamespace(namespace)
            .withOwnerReferences(List.of())
            .build());
    return manifest;
  }

  /**
   * What a cluster is to run.
   *
   * @param before the EdgeDeployment as it is; null where there is none
   * @param revision the newest revision of the manifests
   * @param deadlineSeconds for progress there
   */
  public static EdgeDeployment desired(
      ModelDeployment owner,
      ClusterFacts cluster,
      EdgeDeployment before,
      String revision,
      int deadlineSeconds,
      List<GenericKubernetesResource> manifests) {
    var meta = owner.getMetadata();
    EdgeDeployment deployment = new EdgeDeployment();
    deployment.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(MemberNames.namespace(cluster.name()))
            .withName(MemberNames.deployment(meta.getNamespace(), meta.getName()))
            .withLabels(
                Map.of(
                    Labels.MANAGED_BY,
                    Labels.MODELFLEET,
                    MemberNames.EDGE_CLUSTER,
                    MemberNames.label(cluster.name()),
                    Labels.MODEL_DEPLOYMENT,
                    ResourceName.of(meta.getName())))
            .build());
    deployment.setSpec(
        new EdgeDeploymentSpec(
            cluster.name(),
            new DeploymentReference(meta.getNamespace(), meta.getName(), meta.getUid()),
            new EdgeRevision(revision, deadlineSeconds, manifests),
            stable(before, revision)));
    return deployment;
  }

  /** The revision to which the cluster goes back: the last one that it said it served well. */
  static EdgeRevision stable(EdgeDeployment before, String revision) {
    if (before == null) {
      return null;
    }
    EdgeRevision last = before.getSpec().update();
    EdgeRevision stable = before.getSpec().stable();
    boolean servedWell =
        before.getStatus() != null
            && last.revision().equals(before.getStatus().currentRevision())
            && !last.revision().equals(before.getStatus().rejectedRevision());
    EdgeRevision next = last.revision().equals(revision) ? stable : servedWell ? last : stable;
    return next == null || next.revision().equals(revision) ? null : next;
  }

  /** What a cluster was told of one target. */
  public static List<GenericKubernetesResource> told(EdgeDeployment deployment, String target) {
    return deployment == null
        ? List.of()
        : deployment.getSpec().update().manifests().stream()
            .filter(manifest -> manifest.getMetadata().getLabels() != null)
            .filter(m -> target.equals(m.getMetadata().getLabels().get(Labels.TARGET)))
            .toList();
  }

  /** Names of the Secrets with which the pods of manifests pull. */
  public static Set<String> pullSecrets(List<GenericKubernetesResource> manifests) {
    return manifests.stream()
        .flatMap(manifest -> MemberObjects.pullSecrets(manifest).stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Whether an EdgeDeployment is of this ModelDeployment, not of an earlier one of its name. */
  public static boolean belongs(EdgeDeployment deployment, ModelDeployment owner) {
    return Objects.equals(deployment.getSpec().deployment().uid(), owner.getMetadata().getUid());
  }
}
