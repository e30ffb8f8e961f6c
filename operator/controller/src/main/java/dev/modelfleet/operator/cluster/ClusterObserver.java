package dev.modelfleet.operator.cluster;

import dev.modelfleet.api.v1alpha1.EdgeCluster;
import dev.modelfleet.api.v1alpha1.EdgeClusterConditions.Reason;
import dev.modelfleet.api.v1alpha1.EdgeClusterSpec;
import dev.modelfleet.api.v1alpha1.SecretKeyReference;
import dev.modelfleet.operator.cluster.decide.AgentSighting;
import dev.modelfleet.operator.cluster.decide.ClusterSighting;
import dev.modelfleet.operator.cluster.decide.ClusterSighting.Missed;
import dev.modelfleet.operator.member.MemberClusters;
import dev.modelfleet.operator.member.MemberConnections;
import dev.modelfleet.operator.member.MemberCredentials;
import dev.modelfleet.operator.member.decide.MemberNames;
import dev.modelfleet.operator.placement.decide.NodeFacts;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks at member clusters on threads of their own, with short time-outs, so that a cluster that
 * does not answer holds up nothing else; those that answer are handed over to be worked on.
 */
final class ClusterObserver {

  private final KubernetesClient hub;
  private final MemberClusters members;
  private final MemberConnections connections;
  private final InstantSource clock;
  private final Map<String, ClusterSighting> sightings = new ConcurrentHashMap<>();
  private final Map<String, AgentSighting> agents = new ConcurrentHashMap<>();
  private final Map<String, Boolean> looking = new ConcurrentHashMap<>();

  /** Renewal that each leaving cluster's agent had made when it was first asked, by UID. */
  private final Map<String, String> leaving = new ConcurrentHashMap<>();

  ClusterObserver(KubernetesClient hub, MemberClusters members, InstantSource clock) {
    this.hub = hub;
    this.members = members;
    this.connections = members.connections();
    this.clock = clock;
  }

  /** What was last seen. */
  ClusterSighting last(EdgeCluster cluster) {
    return sightings.getOrDefault(key(cluster), new ClusterSighting.NotYet());
  }

  /** Looks again, unless it is being looked at. */
  void look(EdgeCluster cluster, Runnable whenSeen, Runnable whenLost) {
    String key = key(cluster);
    if (looking.putIfAbsent(key, true) != null) {
      return;
    }
    members
        .threads()
        .run(
            () -> {
              try {
                sightings.put(key, sight(cluster, whenLost));
              } finally {
                looking.remove(key);
              }
              whenSeen.run();
            });
  }

  /** The cluster is no longer a member. */
  void forget(EdgeCluster cluster) {
    String uid = cluster.getMetadata().getUid();
    sightings.keySet().removeIf(key -> key.startsWith(uid));
    agents.remove(uid);
    leaving.remove(uid);
    members.leaves(name(cluster));
    connections.forget(name(cluster));
  }

  private ClusterSighting sight(EdgeCluster cluster, Runnable whenLost) {
    if (EdgeClusterSpec.pulls(cluster.getSpec())) {
      connections.forget(name(cluster));
      members.pulls(name(cluster));
      return agent(cluster);
    }
    ClusterSighting sighting = reach(cluster, whenLost);
    if (sighting instanceof Missed missed) {
      members.down(name(cluster), missed.message());
    }
    return sighting;
  }

  /**
   * Whether the cluster's agent says that nothing is left there. What it said before this was first
   * asked does not count: that may be of a time when nothing was there yet.
   *
   * @return empty where there is no agent
   */
  Optional<Boolean> emptied(EdgeCluster cluster) {
    Lease lease = lease(hub, cluster);
    return Optional.ofNullable(look(cluster, lease))
        .map(
            seen -> {
              String first =
                  leaving.computeIfAbsent(cluster.getMetadata().getUid(), uid -> seen.renewed());
              return !first.equals(seen.renewed()) && AgentSighting.empty(lease);
            });
  }

  private AgentSighting look(EdgeCluster cluster, Lease lease) {
    return agents.compute(
        cluster.getMetadata().getUid(),
        (uid, before) -> AgentSighting.look(lease, before, clock.instant()));
  }

  private ClusterSighting agent(EdgeCluster cluster) {
    try {
      Lease lease = lease(hub, cluster);
      AgentSighting seen = look(cluster, lease);
      return AgentSighting.of(lease, seen, clock.instant());
    } catch (KubernetesClientException e) {
      return new Missed(Reason.FORBIDDEN, "the agent's Lease can't be read: " + e.getMessage());
    }
  }

  /** The Lease of a cluster's agent; null where there is none. */
  private static Lease lease(KubernetesClient hub, EdgeCluster cluster) {
    return hub.leases()
        .inNamespace(MemberNames.namespace(name(cluster)))
        .withName(MemberNames.AGENT)
        .get();
  }

  private ClusterSighting reach(EdgeCluster cluster, Runnable whenLost) {
    SecretKeyReference reference = cluster.getSpec().kubeconfigSecretRef();
    String place = "Secret " + reference.namespace() + "/" + reference.name();
    Secret secret;
    try {
      secret = hub.secrets().inNamespace(reference.namespace()).withName(reference.name()).get();
    } catch (KubernetesClientException e) {
      return new Missed(Reason.SECRET_MISSING, place + " can't be read: " + e.getMessage());
    }
    if (secret == null) {
      return new Missed(
          Reason.SECRET_MISSING, place + " does not exist: create it with a kubeconfig");
    }
    String entry = reference.key() == null ? "kubeconfig" : reference.key();
    return switch (MemberCredentials.of(secret, entry)) {
      case MemberCredentials.Unusable(Missed why) -> why;
      case MemberCredentials.Usable usable -> connect(cluster, secret, usable, place, whenLost);
    };
  }

  private ClusterSighting connect(
      EdgeCluster cluster,
      Secret secret,
      MemberCredentials.Usable usable,
      String place,
      Runnable whenLost) {
    String version = key(cluster) + "/" + secret.getMetadata().getResourceVersion();
    String url = usable.config().getMasterUrl();
    try {
      KubernetesClient member = connections.client(name(cluster), version, usable);
      ClusterSighting.Seen seen = seen(member);
      members.up(name(cluster), member, cluster.getSpec().namespace(), whenLost);
      return seen;
    } catch (KubernetesClientException e) {
      boolean refused =
          e.getCode() == HttpURLConnection.HTTP_UNAUTHORIZED
              || e.getCode() == HttpURLConnection.HTTP_FORBIDDEN;
      return refused
          ? new Missed(Reason.UNAUTHORIZED, url + " refuses the credentials: renew " + place)
          : new Missed(Reason.UNREACHABLE, url + " does not answer: " + words(e));
    } catch (IllegalArgumentException e) {
      return new Missed(
          Reason.INVALID_KUBECONFIG, place + " gives no usable client: " + e.getMessage());
    }
  }

  private ClusterSighting.Seen seen(KubernetesClient member) {
    String version = member.getKubernetesVersion().getGitVersion();
    try {
      List<NodeFacts> nodes = member.nodes().list().getItems().stream().map(NodeFacts::of).toList();
      int ready = (int) nodes.stream().filter(NodeFacts::ready).count();
      return new ClusterSighting.Seen(version, nodes.size(), ready, clock.instant());
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN) {
        throw e;
      }
      return new ClusterSighting.Seen(version, null, null, clock.instant());
    }
  }

  private static String words(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  private static String name(EdgeCluster cluster) {
    return cluster.getMetadata().getName();
  }

  private static String key(EdgeCluster cluster) {
    return cluster.getMetadata().getUid() + "/" + cluster.getMetadata().getGeneration();
  }
}
