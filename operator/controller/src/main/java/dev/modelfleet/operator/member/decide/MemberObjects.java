package dev.modelfleet.operator.member.decide;

import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.api.v1alpha1.EdgeRevision;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The objects of a revision as a member cluster is to hold them. */
public final class MemberObjects {

  private MemberObjects() {}

  /** The revision's objects with the labels by which they are found again. */
  public static List<HasMetadata> of(EdgeDeployment deployment, EdgeRevision revision) {
    return revision.manifests().stream()
        .<HasMetadata>map(manifest -> labelled(deployment, manifest))
        .toList();
  }

  /** The labels of everything that is applied for an EdgeDeployment. */
  public static Map<String, String> labels(EdgeDeployment deployment) {
    return Map.of(
        MemberNames.EDGE_CLUSTER,
        MemberNames.label(deployment.getSpec().cluster()),
        MemberNames.EDGE_DEPLOYMENT,
        MemberNames.label(deployment));
  }

  /** Whether two objects are of one kind, namespace and name. */
  public static boolean same(HasMetadata one, HasMetadata other) {
    return one.getKind().equals(other.getKind())
        && one.getMetadata().getName().equals(other.getMetadata().getName())
        && Objects.equals(one.getMetadata().getNamespace(), other.getMetadata().getNamespace());
  }

  /** Names of the Secrets with which an object's pods pull, in the object's namespace. */
  public static Set<String> pullSecrets(HasMetadata object) {
    Stream<String> names =
        switch (object) {
          case Deployment deployment ->
              names(deployment.getSpec().getTemplate().getSpec().getImagePullSecrets());
          case DaemonSet set -> names(set.getSpec().getTemplate().getSpec().getImagePullSecrets());
          case GenericKubernetesResource generic -> genericNames(generic);
          default -> Stream.empty();
        };
    return new TreeSet<>(names.toList());
  }

  private static Stream<String> names(List<LocalObjectReference> references) {
    return references.stream().map(LocalObjectReference::getName);
  }

  private static Stream<String> genericNames(GenericKubernetesResource object) {
    List<Map<String, Object>> references =
        object.get("spec", "template", "spec", "imagePullSecrets");
    return references == null
        ? Stream.empty()
        : references.stream().map(reference -> (String) reference.get("name"));
  }

  private static GenericKubernetesResource labelled(
      EdgeDeployment deployment, GenericKubernetesResource manifest) {
    ObjectMeta meta = manifest.getMetadata();
    Map<String, String> labels = new HashMap<>();
    if (meta.getLabels() != null) {
      labels.putAll(meta.getLabels());
    }
    labels.putAll(labels(deployment));
    GenericKubernetesResource object = new GenericKubernetesResource();
    object.setApiVersion(manifest.getApiVersion());
    object.setKind(manifest.getKind());
    object.setMetadata(new ObjectMetaBuilder(meta).withLabels(labels).build());
    object.setAdditionalProperties(manifest.getAdditionalProperties());
    return object;
  }
}
