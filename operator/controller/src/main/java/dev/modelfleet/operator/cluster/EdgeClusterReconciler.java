package dev.modelfleet.operator.cluster;

import dev.modelfleet.api.v1alpha1.EdgeCluster;
import dev.modelfleet.api.v1alpha1.EdgeClusterConditions.Reason;
import dev.modelfleet.api.v1alpha1.EdgeClusterSpec;
import dev.modelfleet.api.v1alpha1.EdgeClusterStatus;
import dev.modelfleet.operator.OperatorContext;
import dev.modelfleet.operator.cluster.decide.ClusterReport;
import dev.modelfleet.operator.cluster.decide.ClusterSighting;
import dev.modelfleet.operator.cluster.decide.LookTimes;
import dev.modelfleet.operator.cluster.decide.Maintenance;
import dev.modelfleet.operator.event.Story;
import dev.modelfleet.operator.member.MemberClusters;
import dev.modelfleet.operator.name.Labels;
import dev.modelfleet.operator.status.StatusReport;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.rate.RateLimited;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Reports whether each member cluster answers, and what was last seen of it; and cleans up a
 * cluster that is no longer a member, if that can be done within a bounded time.
 */
@ControllerConfiguration(
    name = "edgecluster",
    fieldManager = Labels.MODELFLEET,
    finalizerName = "modelfleet.dev/member-cleanup",
    maxReconciliationInterval =
        @MaxReconciliationInterval(interval = 3, timeUnit = TimeUnit.MINUTES))
@GradualRetry(maxAttempts = Integer.MAX_VALUE, initialInterval = 1000, maxInterval = 60_000)
@RateLimited(maxReconciliations = 5, within = 1)
public final class EdgeClusterReconciler implements Reconciler<EdgeCluster>, Cleaner<EdgeCluster> {

  private static final Duration CLEAN_WITHIN = Duration.ofMinutes(2);
  private static final Duration LOOK_AT_CLEANING = Duration.ofSeconds(2);

  private final OperatorContext operator;
  private final MemberClusters members;
  private final ClusterObserver observer;
  private final ClusterNamespace namespace;
  private final Map<String, LookTimes> looks = new ConcurrentHashMap<>();
  private final SimpleInboundEventSource<EdgeCluster> sightings =
      new SimpleInboundEventSource<>("sightings");

  public EdgeClusterReconciler(OperatorContext operator) {
    this.operator = operator;
    this.members = operator.members();
    this.observer = new ClusterObserver(operator.client(), members, operator.clock());
    this.namespace = new ClusterNamespace(operator.client(), operator.apply());
  }

  @Override
  public UpdateControl<EdgeCluster> reconcile(EdgeCluster cluster, Context<EdgeCluster> context) {
    Instant now = operator.clock().instant();
    Duration next = lookWhenDue(cluster, now);
    EdgeClusterStatus status = ClusterReport.of(cluster, prepared(cluster, now), now);
    if (status != null) {
      StatusReport.write(cluster, status, EdgeCluster::new, context);
    }
    return UpdateControl.<EdgeCluster>noUpdate().rescheduleAfter(untilWindow(cluster, now, next));
  }

  /** The next look, or before it the moment at which a maintenance window begins or ends. */
  private static Duration untilWindow(EdgeCluster cluster, Instant now, Duration next) {
    Instant change =
        switch (Maintenance.at(cluster.getSpec().maintenanceWindows(), now)) {
          case Maintenance.Open(Instant until) -> until;
          case Maintenance.Closed(Instant begin) -> begin;
          case Maintenance.AnyTime anyTime -> Instant.MAX;
          case Maintenance.Unreadable unreadable -> Instant.MAX;
        };
    return change.isBefore(now.plus(next)) ? Duration.between(now, change) : next;
  }

  /** What was last seen, unless the cluster's namespace can't even be made. */
  private ClusterSighting prepared(EdgeCluster cluster, Instant now) {
    try {
      namespace.make(cluster, now);
      return observer.last(cluster);
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN) {
        throw e;
      }
      return new ClusterSighting.Missed(
          Reason.FORBIDDEN,
          "the operator may not prepare member clusters: install it with members.enabled=true: "
              + e.getMessage());
    }
  }

  private Duration lookWhenDue(EdgeCluster cluster, Instant now) {
    String key = cluster.getMetadata().getUid();
    LookTimes times =
        looks.compute(
            key,
            (uid, known) ->
                known != null && known.generation() == cluster.getMetadata().getGeneration()
                    ? known
                    : LookTimes.first(uid, cluster.getMetadata().getGeneration()));
    if (times.due(now)) {
      looks.put(key, times.looked(observer.last(cluster), now));
      ResourceID id = ResourceID.fromResource(cluster);
      observer.look(
          cluster,
          () -> sightings.propagateEvent(id),
          () -> {
            looks.computeIfPresent(key, (uid, known) -> known.soon(operator.clock().instant()));
            sightings.propagateEvent(id);
          });
    }
    return looks.get(key).wait(now);
  }

  @Override
  public DeleteControl cleanup(EdgeCluster cluster, Context<EdgeCluster> context) {
    Instant now = operator.clock().instant();
    Instant deadline =
        Instant.parse(cluster.getMetadata().getDeletionTimestamp()).plus(CLEAN_WITHIN);
    lookWhenDue(cluster, now);
    namespace.clear(cluster);
    boolean neverSeen = cluster.getStatus() == null || cluster.getStatus().lastSeen() == null;
    boolean clean = clean(cluster).orElse(neverSeen);
    if (!clean && now.isBefore(deadline)) {
      return DeleteControl.noFinalizerRemoval().rescheduleAfter(LOOK_AT_CLEANING.toMillis());
    }
    operator.events().record(cluster, story(cluster, clean));
    observer.forget(cluster);
    looks.remove(cluster.getMetadata().getUid());
    namespace.remove(cluster);
    return DeleteControl.defaultDelete();
  }

  /** Whether nothing is left in the cluster; empty where it can't be asked. */
  private Optional<Boolean> clean(EdgeCluster cluster) {
    if (EdgeClusterSpec.pulls(cluster.getSpec())) {
      return observer.emptied(cluster);
    }
    try {
      return members.clear(cluster.getMetadata().getName());
    } catch (KubernetesClientException e) {
      return Optional.empty();
    }
  }

  private static Story story(EdgeCluster cluster, boolean clean) {
    String name = cluster.getMetadata().getName();
    return clean
        ? Story.normal("MemberLeft", "nothing of Modelfleet is left in cluster " + name)
        : Story.warning(
            "MemberLeftUncleaned",
            "cluster %s did not answer for %d s: what it serves stays there; remove objects with label modelfleet.dev/edge-cluster=%s"
                .formatted(name, CLEAN_WITHIN.toSeconds(), name));
  }

  @Override
  public List<EventSource<?, EdgeCluster>> prepareEventSources(
      EventSourceContext<EdgeCluster> context) {
    return List.of(sightings);
  }
}
