package dev.modelfleet.operator.target;

import dev.modelfleet.api.v1alpha1.EdgeCluster;
import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.HardwareTargetStatus;
import dev.modelfleet.operator.OperatorContext;
import dev.modelfleet.operator.cache.PrunedStore;
import dev.modelfleet.operator.member.decide.ClusterFacts;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.placement.NodeEventSource;
import dev.modelfleet.operator.status.StatusReport;
import dev.modelfleet.operator.target.decide.TargetReadiness;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.rate.RateLimited;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Reports which nodes each HardwareTarget has. */
@ControllerConfiguration(
    name = "hardwaretarget",
    fieldManager = Labels.MODELFLEET,
    informer = @Informer(itemStore = PrunedStore.class),
    maxReconciliationInterval =
        @MaxReconciliationInterval(interval = 3, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = Integer.MAX_VALUE, initialInterval = 1000, maxInterval = 60_000)
@RateLimited(maxReconciliations = 2, within = 1)
public final class HardwareTargetReconciler implements Reconciler<HardwareTarget> {

  private final OperatorContext operator;
  private InformerEventSource<EdgeCluster, HardwareTarget> clusters;

  public HardwareTargetReconciler(OperatorContext operator) {
    this.operator = operator;
  }

  @Override
  public UpdateControl<HardwareTarget> reconcile(
      HardwareTarget target, Context<HardwareTarget> context) {
    List<ClusterFacts> members = clusters.list(cluster -> true).map(ClusterFacts::of).toList();
    HardwareTargetStatus status =
        TargetReadiness.judge(target, operator.nodes().all(), members, operator.clock().instant());
    StatusReport.write(target, status, HardwareTarget::new, context);
    return UpdateControl.noUpdate();
  }

  @Override
  public List<EventSource<?, HardwareTarget>> prepareEventSources(
      EventSourceContext<HardwareTarget> context) {
    clusters =
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(EdgeCluster.class, HardwareTarget.class)
                .withSecondaryToPrimaryMapper(
                    cluster ->
                        context
                            .getPrimaryCache()
                            .list(t -> !t.getSpec().placement().clusterSelector().isEmpty())
                            .map(ResourceID::fromResource)
                            .collect(Collectors.toSet()))
                .withOnUpdateFilter(
                    (now, before) -> !ClusterFacts.of(now).equals(ClusterFacts.of(before)))
                .build(),
            context);
    return List.of(
        new NodeEventSource<>(
            operator.nodes(),
            node ->
                context
                    .getPrimaryCache()
                    .list(target -> node.matches(TargetReadiness.labels(target)))
                    .map(ResourceID::fromResource)
                    .collect(Collectors.toSet())),
        clusters);
  }
}
