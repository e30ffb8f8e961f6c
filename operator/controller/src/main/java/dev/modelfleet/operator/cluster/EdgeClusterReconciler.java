package dev.modelfleet.operator.cluster;

import dev.modelfleet.api.v1alpha1.EdgeCluster;
import dev.modelfleet.api.v1alpha1.EdgeClusterStatus;
import dev.modelfleet.operator.OperatorContext;
import dev.modelfleet.operator.cluster.decide.ClusterReport;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.status.StatusReport;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.rate.RateLimited;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Reports whether each member cluster answers, and what was last seen of it. */
@ControllerConfiguration(
    name = "edgecluster",
    fieldManager = Labels.MODELFLEET,
    maxReconciliationInterval =
        @MaxReconciliationInterval(interval = 3, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = Integer.MAX_VALUE, initialInterval = 1000, maxInterval = 60_000)
@RateLimited(maxReconciliations = 5, within = 1)
public final class EdgeClusterReconciler implements Reconciler<EdgeCluster> {

  private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

  private final OperatorContext operator;
  private final ClusterObserver observer;
  private final Map<String, Instant> looked = new ConcurrentHashMap<>();
  private final SimpleInboundEventSource<EdgeCluster> sightings =
      new SimpleInboundEventSource<>("sightings");

  public EdgeClusterReconciler(OperatorContext operator) {
    this.operator = operator;
    this.observer = new ClusterObserver(operator.client(), operator.clock());
  }

  @Override
  public UpdateControl<EdgeCluster> reconcile(EdgeCluster cluster, Context<EdgeCluster> context) {
    Instant now = operator.clock().instant();
    lookWhenDue(cluster, now);
    EdgeClusterStatus status = ClusterReport.of(cluster, observer.last(cluster), now);
    if (status != null) {
      StatusReport.write(cluster, status, EdgeCluster::new, context);
    }
    return UpdateControl.<EdgeCluster>noUpdate().rescheduleAfter(LOOK_AGAIN);
  }

  private void lookWhenDue(EdgeCluster cluster, Instant now) {
    String key = cluster.getMetadata().getUid() + "/" + cluster.getMetadata().getGeneration();
    Instant before = looked.get(key);
    if (before == null || !now.isBefore(before.plus(LOOK_AGAIN).minusSeconds(1))) {
      looked.keySet().removeIf(k -> k.startsWith(cluster.getMetadata().getUid()));
      looked.put(key, now);
      ResourceID id = ResourceID.fromResource(cluster);
      observer.look(cluster, () -> sightings.propagateEvent(id));
    }
  }

  @Override
  public List<EventSource<?, EdgeCluster>> prepareEventSources(
      EventSourceContext<EdgeCluster> context) {
    return List.of(sightings);
  }
}
