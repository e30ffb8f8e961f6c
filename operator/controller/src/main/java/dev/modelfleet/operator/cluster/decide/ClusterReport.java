package dev.modelfleet.operator.cluster.decide;

import dev.modelfleet.api.v1alpha1.Condition.Status;
import dev.modelfleet.api.v1alpha1.EdgeCluster;
import dev.modelfleet.api.v1alpha1.EdgeClusterConditions;
import dev.modelfleet.api.v1alpha1.EdgeClusterConditions.Reason;
import dev.modelfleet.api.v1alpha1.EdgeClusterStatus;
import dev.modelfleet.operator.status.Conditions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Makes an EdgeCluster's status from a sighting. What was last seen of a cluster stays while it is
 * away: unreachable is not failed.
 */
public final class ClusterReport {

  private static final Duration MOVED_AT_MOST = Duration.ofMinutes(1);

  private ClusterReport() {}

  /** The status to report. */
  public static EdgeClusterStatus of(EdgeCluster cluster, ClusterSighting sighting, Instant now) {
    EdgeClusterStatus before = cluster.getStatus();
    long generation = cluster.getMetadata().getGeneration();
    Conditions conditions =
        new Conditions(before == null ? null : before.conditions(), generation, now);
    window(cluster, conditions, now);
    return switch (sighting) {
      case ClusterSighting.NotYet() -> before;
      case ClusterSighting.Seen seen -> seen(before, generation, conditions, seen);
      case ClusterSighting.Missed(String reason, String message) -> {
        conditions
            .set(
                EdgeClusterConditions.CONNECTED,
                Reason.AGENT_AWAITED.equals(reason) ? Status.UNKNOWN : Status.FALSE,
                reason,
                message)
            .unknown(EdgeClusterConditions.READY, reason, message);
        yield new EdgeClusterStatus(
            generation,
            before == null ? null : before.version(),
            before == null ? null : before.nodes(),
            before == null ? null : before.readyNodes(),
            before == null ? null : before.lastSeen(),
            conditions.list());
      }
    };
  }

  private static void window(EdgeCluster cluster, Conditions conditions, Instant now) {
    String type = EdgeClusterConditions.OPEN_FOR_CHANGES;
    switch (Maintenance.at(cluster.getSpec().maintenanceWindows(), now)) {
      case Maintenance.AnyTime anyTime -> {
        // Such a cluster has no such condition.
      }
      case Maintenance.Open(Instant until) ->
          conditions.set(type, true, Reason.WINDOW_OPEN, "a window is open until " + until);
      case Maintenance.Closed(Instant next) ->
          conditions.set(type, false, Reason.OUTSIDE_WINDOWS, "new revisions wait until " + next);
      case Maintenance.Unreadable(String zone) ->
          conditions.set(
              type,
              false,
              Reason.UNKNOWN_TIME_ZONE,
              "time zone %s of spec.maintenanceWindows is not known: give one such as Europe/Berlin"
                  .formatted(zone));
    }
  }

  private static EdgeClusterStatus seen(
      EdgeClusterStatus before, long generation, Conditions conditions, ClusterSighting.Seen seen) {
    boolean ready = seen.readyNodes() == null || seen.readyNodes() > 0;
    conditions
        .set(
            EdgeClusterConditions.CONNECTED,
            true,
            Reason.CONNECTED,
            "the cluster answers, version " + seen.version())
        .set(
            EdgeClusterConditions.READY,
            ready,
            ready ? Reason.NODES_READY : Reason.NO_NODES_READY,
            seen.nodes() == null
                ? "its nodes can't be listed with this credential"
                : seen.readyNodes() + " of " + seen.nodes() + " nodes are ready");
    return new EdgeClusterStatus(
        generation,
        seen.version(),
        seen.nodes(),
        seen.readyNodes(),
        lastSeen(before, seen.at()),
        conditions.list());
  }

  private static String lastSeen(EdgeClusterStatus before, Instant at) {
    String known = before == null ? null : before.lastSeen();
    boolean recent = known != null && Instant.parse(known).plus(MOVED_AT_MOST).isAfter(at);
    return recent ? known : at.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
