package dev.modelfleet.operator.deployment;

import dev.modelfleet.api.v1alpha1.EdgeCluster;
import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.operator.member.decide.ClusterFacts;
import dev.modelfleet.operator.member.decide.EdgeDeployments;
import dev.modelfleet.operator.member.decide.MembersFacts;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The member clusters, and the EdgeDeployments that ModelDeployments made for them. */
final class MemberSources {

  private final Function<HardwareTarget, Set<ResourceID>> users;
  private InformerEventSource<EdgeCluster, ModelDeployment> clusters;
  private InformerEventSource<HardwareTarget, ModelDeployment> targets;

  /**
   * Sources.
   *
   * @param users ModelDeployments that name a HardwareTarget
   */
  MemberSources(Function<HardwareTarget, Set<ResourceID>> users) {
    this.users = users;
  }

  /** The sources to register. */
  List<EventSource<?, ModelDeployment>> all(
      EventSourceContext<ModelDeployment> context,
      InformerEventSource<HardwareTarget, ModelDeployment> targets) {
    this.targets = targets;
    clusters =
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(EdgeCluster.class, ModelDeployment.class)
                .withSecondaryToPrimaryMapper(cluster -> usersOfMembers())
                .withOnUpdateFilter((now, before) -> !facts(now).equals(facts(before)))
                .build(),
            context);
    return List.of(clusters, deployments(context));
  }

  private static EventSource<EdgeDeployment, ModelDeployment> deployments(
      EventSourceContext<ModelDeployment> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(EdgeDeployment.class, ModelDeployment.class)
            .withSecondaryToPrimaryMapper(
                deployment ->
                    Set.of(
                        new ResourceID(
                            deployment.getSpec().deployment().name(),
                            deployment.getSpec().deployment().namespace())))
            .build(),
        context);
  }

  private static List<Object> facts(EdgeCluster cluster) {
    return List.of(ClusterFacts.of(cluster), leaving(cluster));
  }

  private static boolean leaving(EdgeCluster cluster) {
    return cluster.getMetadata().getDeletionTimestamp() != null;
  }

  private Set<ResourceID> usersOfMembers() {
    return targets
        .list(target -> !target.getSpec().placement().clusterSelector().isEmpty())
        .flatMap(target -> users.apply(target).stream())
        .collect(Collectors.toSet());
  }

  /** What is known of the member clusters of a ModelDeployment. */
  MembersFacts read(ModelDeployment deployment, Context<ModelDeployment> context) {
    Map<String, EdgeDeployment> told =
        context
            .getSecondaryResourcesAsStream(EdgeDeployment.class)
            .filter(ed -> EdgeDeployments.belongs(ed, deployment))
            .filter(ed -> ed.getMetadata().getDeletionTimestamp() == null)
            .collect(
                Collectors.toMap(ed -> ed.getSpec().cluster(), Function.identity(), (a, b) -> b));
    List<ClusterFacts> known =
        clusters.list(cluster -> !leaving(cluster)).map(ClusterFacts::of).toList();
    return new MembersFacts(known, told);
  }
}
