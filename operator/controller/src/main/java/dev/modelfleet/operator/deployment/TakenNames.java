package dev.modelfleet.operator.deployment;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions;
import dev.modelfleet.api.v1alpha1.Placement;
import dev.modelfleet.operator.deployment.decide.Owner;
import dev.modelfleet.operator.deployment.decide.ServingObjects;
import dev.modelfleet.operator.status.Conditions;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Names of objects that are to be made and that something else has already. The caches hold only
 * what is the operator's own, so the API server is asked: once for a new spec, and again only after
 * a write that would have taken fields from somebody.
 */
final class TakenNames {

  private final KubernetesClient client;
  private final Set<ResourceID> doubted = ConcurrentHashMap.newKeySet();

  TakenNames(KubernetesClient client) {
    this.client = client;
  }

  /** A write for the ModelDeployment met an object that others have a part in. */
  void doubt(ModelDeployment deployment) {
    doubted.add(ResourceID.fromResource(deployment));
  }

  /** Whether it did, and what it met was looked at since: it is the ModelDeployment's own. */
  boolean isDoubted(ModelDeployment deployment) {
    return doubted.contains(ResourceID.fromResource(deployment));
  }

  /** What was to be written was. */
  void settle(ModelDeployment deployment) {
    doubted.remove(ResourceID.fromResource(deployment));
  }

  /**
   * What is taken, in a sentence each.
   *
   * @param served targets that something of the ModelDeployment serves: their names are its own
   */
  List<String> conflicts(
      ModelDeployment deployment, Map<String, HardwareTarget> targets, Set<String> served) {
    if (isAccepted(deployment) && !isDoubted(deployment)) {
      return List.of();
    }
    return deployment.getSpec().targets().stream()
        .filter(target -> !served.contains(target.name()))
        .filter(target -> !inMembers(targets.get(target.hardwareTargetRef().name())))
        .flatMap(
            target ->
                taken(
                    deployment,
                    ServingObjects.name(deployment.getMetadata().getName(), target.name()),
                    targets.get(target.hardwareTargetRef().name()))
                    .stream())
        .toList();
  }

  /** Whether names were looked at: they are objected to only once the references are resolved. */
  private static boolean isAccepted(ModelDeployment deployment) {
    return isTrue(deployment, ModelDeploymentConditions.ACCEPTED)
        && isTrue(deployment, ModelDeploymentConditions.RESOLVED_REFS);
  }

  private static boolean isTrue(ModelDeployment deployment, String type) {
    return deployment.getStatus() != null
        && Conditions.find(deployment.getStatus().conditions(), type)
            .filter(Condition::isTrue)
            .filter(c -> deployment.getMetadata().getGeneration().equals(c.observedGeneration()))
            .isPresent();
  }

  private static boolean inMembers(HardwareTarget target) {
    return target != null && !target.getSpec().placement().clusterSelector().isEmpty();
  }

  private Optional<String> taken(ModelDeployment deployment, String name, HardwareTarget hardware) {
    String namespace = deployment.getMetadata().getNamespace();
    var apps = client.apps();
    boolean perNode =
        hardware != null && hardware.getSpec().placement().mode() == Placement.Mode.PER_NODE;
    return Stream.<HasMetadata>of(
            perNode
                ? apps.daemonSets().inNamespace(namespace).withName(name).get()
                : apps.deployments().inNamespace(namespace).withName(name).get(),
            client.services().inNamespace(namespace).withName(name).get())
        .filter(object -> object != null && !Owner.owns(deployment, object))
        .findFirst()
        .map(
            object ->
                "%s %s is there already and belongs to something else: rename the target or remove it"
                    .formatted(object.getKind(), name));
  }
}
