package dev.modelfleet.operator.cluster.decide;

import dev.modelfleet.api.v1alpha1.EdgeClusterConditions.Reason;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What a Lease tells of a cluster's agent. Two clocks need not agree: a Lease counts from when it
 * was seen to move, and only one that has not been seen before by its own time.
 *
 * @param renewed time in the Lease when it was last looked at, as text
 * @param moved when it was seen to move, by the hub's clock
 */
public record AgentSighting(String renewed, Instant moved) {

  /** Annotation of the Lease: Kubernetes version. */
  public static final String VERSION = "modelfleet.dev/version";

  /** Annotation of the Lease: number of nodes. */
  public static final String NODES = "modelfleet.dev/nodes";

  /** Annotation of the Lease: number of Ready nodes. */
  public static final String READY_NODES = "modelfleet.dev/ready-nodes";

  /** Annotation of the Lease: number of objects that the cluster holds for the hub. */
  public static final String OBJECTS = "modelfleet.dev/objects";

  /** How often the agent renews it. */
  public static final Duration RENEWED_EVERY = Duration.ofSeconds(10);

  /** After so long without a renewal the agent is away. */
  public static final Duration AWAY_AFTER = Duration.ofSeconds(45);

  /** What is remembered after a look. */
  public static AgentSighting look(Lease lease, AgentSighting before, Instant now) {
    if (lease == null || lease.getSpec() == null || lease.getSpec().getRenewTime() == null) {
      return null;
    }
    Instant renewal = lease.getSpec().getRenewTime().toInstant();
    String renewed = renewal.toString();
    if (before != null) {
      return renewed.equals(before.renewed()) ? before : new AgentSighting(renewed, now);
    }
    Instant moved = renewal.isAfter(now) ? now : renewal;
    return new AgentSighting(renewed, moved);
  }

  /**
   * The sighting of the cluster.
   *
   * @param seen what {@link #look} gave; null where there is no Lease
   */
  public static ClusterSighting of(Lease lease, AgentSighting seen, Instant now) {
    if (seen == null) {
      return new ClusterSighting.Missed(
          Reason.AGENT_AWAITED,
          "no agent has reported yet: start one in the cluster with a token of ServiceAccount modelfleet-agent");
    }
    if (now.isAfter(seen.moved().plus(AWAY_AFTER))) {
      return new ClusterSighting.Missed(
          Reason.UNREACHABLE, "the agent was last heard of at " + seen.moved());
    }
    Map<String, String> annotations =
        lease.getMetadata().getAnnotations() == null
            ? Map.of()
            : lease.getMetadata().getAnnotations();
    return new ClusterSighting.Seen(
        annotations.getOrDefault(VERSION, "unknown"),
        number(annotations.get(NODES)),
        number(annotations.get(READY_NODES)),
        seen.moved());
  }

  /** Whether the agent says that nothing is left in its cluster. */
  public static boolean empty(Lease lease) {
    return lease != null
        && lease.getMetadata().getAnnotations() != null
        && "0".equals(lease.getMetadata().getAnnotations().get(OBJECTS));
  }

  private static Integer number(String text) {
    return text == null || !text.matches("[0-9]{1,7}") ? null : Integer.valueOf(text);
  }
}
