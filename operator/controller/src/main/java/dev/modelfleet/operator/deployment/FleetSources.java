package dev.modelfleet.operator.deployment;

import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.operator.cache.ReducedStore;
import dev.modelfleet.operator.deployment.decide.ServingPod;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.name.ResourceName;
import dev.modelfleet.operator.placement.NodeCache;
import dev.modelfleet.operator.placement.NodeEventSource;
import dev.modelfleet.operator.placement.decide.NodeFacts;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The nodes and the serving pods of the cluster. Of both, the caches hold only what decisions look
 * at. They wake only the ModelDeployments whose rollout is under way: at rest, nodes and pods come
 * and go without the operator.
 */
final class FleetSources {

  private static final String BY_LABEL = "label";
  private static final String BY_OWNER = "owner";
  private static final String SERVING_PODS =
      Labels.MANAGED_SELECTOR + "," + Labels.COMPONENT + "=serve," + Labels.MODEL_DEPLOYMENT;

  private final NodeCache nodes;
  private InformerEventSource<Pod, ModelDeployment> pods;

  /**
   * Sources.
   *
   * @param nodes of the cluster
   */
  FleetSources(NodeCache nodes) {
    this.nodes = nodes;
  }

  /** The source of nodes. */
  EventSource<Node, ModelDeployment> nodes(EventSourceContext<ModelDeployment> context) {
    return new NodeEventSource<>(nodes, node -> underway(context));
  }

  /** The source of serving pods. */
  EventSource<Pod, ModelDeployment> pods(EventSourceContext<ModelDeployment> context) {
    context
        .getPrimaryCache()
        .addIndexer(BY_LABEL, md -> List.of(key(md.getMetadata().getNamespace(), label(md))));
    pods =
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(Pod.class, ModelDeployment.class)
                .withLabelSelector(SERVING_PODS)
                .withItemStore(new ReducedStore<>(ReducedStore::pod))
                .withSecondaryToPrimaryMapper(
                    pod ->
                        context.getPrimaryCache().byIndex(BY_LABEL, owner(pod)).stream()
                            .filter(FleetSources::isUnderway)
                            .map(ResourceID::fromResource)
                            .collect(Collectors.toSet()))
                .withOnUpdateFilter(
                    (now, before) -> !ServingPod.of(now).equals(ServingPod.of(before)))
                .build(),
            context);
    pods.addIndexers(Map.of(BY_OWNER, pod -> List.of(owner(pod))));
    return pods;
  }

  /** Nodes, where a target of the ModelDeployment may need them. */
  List<NodeFacts> nodesFor(ModelDeployment deployment) {
    return deployment.getStatus() == null || deployment.getStatus().currentRevision() == null
        ? List.of()
        : nodes.all();
  }

  /** Pods that serve a ModelDeployment. */
  List<ServingPod> podsOf(ModelDeployment deployment) {
    return pods
        .byIndex(BY_OWNER, key(deployment.getMetadata().getNamespace(), label(deployment)))
        .stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .map(ServingPod::of)
        .toList();
  }

  private static Set<ResourceID> underway(EventSourceContext<ModelDeployment> context) {
    return context
        .getPrimaryCache()
        .list()
        .filter(FleetSources::isUnderway)
        .map(ResourceID::fromResource)
        .collect(Collectors.toSet());
  }

  private static boolean isUnderway(ModelDeployment deployment) {
    return deployment.getStatus() != null
        && deployment.getStatus().phase() != DeploymentPhase.HEALTHY;
  }

  private static String label(ModelDeployment deployment) {
    return ResourceName.of(deployment.getMetadata().getName());
  }

  private static String owner(HasMetadata pod) {
    return key(
        pod.getMetadata().getNamespace(),
        Optional.ofNullable(pod.getMetadata().getLabels())
            .map(labels -> labels.get(Labels.MODEL_DEPLOYMENT))
            .orElse(""));
  }

  private static String key(String namespace, String name) {
    return namespace + "/" + name;
  }
}
