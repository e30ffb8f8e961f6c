package dev.modelfleet.operator.member;

import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentStatus;
import dev.modelfleet.operator.member.decide.MemberNames;
import dev.modelfleet.operator.member.decide.MemberReport;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The member clusters that the hub's operator reaches, and what it knows of the others. */
public final class MemberClusters implements EdgeDeploymentDesk, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MemberClusters.class);

  private static final Duration OLD_PASS = Duration.ofMinutes(2);

  private final KubernetesClient hub;
  private final InstantSource clock;
  private final MemberThreads threads = new MemberThreads();
  private final MemberConnections connections = new MemberConnections(threads.executor());
  private final Map<String, Link> links = new ConcurrentHashMap<>();
  private volatile Consumer<ResourceID> wake = id -> {};

  public MemberClusters(KubernetesClient hub, InstantSource clock) {
    this.hub = hub;
    this.clock = clock;
  }

  /** The threads for everything that is done with member clusters. */
  public MemberThreads threads() {
    return threads;
  }

  /** The clients of the clusters. */
  public MemberConnections connections() {
    return connections;
  }

  /** The cluster answers. */
  public void up(String cluster, KubernetesClient client, String namespace, Runnable lost) {
    link(cluster).up(client, namespace, lost);
  }

  /** The cluster does not answer, for the reason given. */
  public void down(String cluster, String message) {
    link(cluster).down(message);
  }

  /** The cluster's agent does what there is to do. */
  public void pulls(String cluster) {
    link(cluster).pulls();
  }

  /** The cluster is no longer a member. */
  public void leaves(String cluster) {
    Link link = links.remove(cluster);
    if (link != null) {
      link.end();
    }
  }

  /**
   * Removes everything that was applied in a cluster.
   *
   * @return whether nothing is left there; empty where the cluster can't be asked
   */
  public Optional<Boolean> clear(String cluster) {
    return link(cluster).clear();
  }

  @Override
  public void wakeBy(Consumer<ResourceID> wake) {
    this.wake = wake;
  }

  @Override
  public void desire(EdgeDeployment deployment) {
    link(deployment.getSpec().cluster()).desire(deployment);
  }

  @Override
  public void forget(EdgeDeployment deployment) {
    link(deployment.getSpec().cluster()).forget(deployment);
  }

  @Override
  public Optional<EdgeDeploymentStatus> outcome(EdgeDeployment deployment, Instant now) {
    return link(deployment.getSpec().cluster()).outcome(deployment, now);
  }

  private Link link(String cluster) {
    return links.computeIfAbsent(cluster, Link::new);
  }

  @Override
  public void close() {
    links.values().forEach(Link::end);
    connections.close();
    threads.close();
  }

  /** What is known of one cluster, connected or not. */
  private final class Link implements MemberHome {

    private final String name;
    private final Map<String, EdgeDeployment> wanted = new ConcurrentHashMap<>();
    private final Map<String, EdgeDeploymentStatus> reported = new ConcurrentHashMap<>();
    private final Map<String, Instant> passes = new ConcurrentHashMap<>();
    private MemberCluster cluster;
    private KubernetesClient client;
    private String away;
    private boolean pulls;
    private volatile Runnable lost = () -> {};

    Link(String name) {
      this.name = name;
    }

    synchronized void up(KubernetesClient client, String namespace, Runnable lost) {
      this.lost = lost;
      this.pulls = false;
      boolean connected = cluster != null && this.client == client;
      if (connected) {
        return;
      }
      LOG.info("cluster {}: connected", name);
      disconnect();
      this.away = null;
      this.client = client;
      this.cluster = new MemberCluster(name, client, namespace, this, threads, clock).start();
    }

    synchronized void down(String message) {
      boolean news = !message.equals(away);
      if (cluster != null) {
        LOG.info("cluster {}: {}", name, message);
      }
      disconnect();
      this.pulls = false;
      this.away = message;
      if (news) {
        wakeAll();
      }
    }

    synchronized void pulls() {
      disconnect();
      this.pulls = true;
      this.away = null;
    }

    synchronized void end() {
      disconnect();
    }

    private void disconnect() {
      if (cluster != null) {
        cluster.close();
        cluster = null;
        client = null;
      }
    }

    private void wakeAll() {
      wanted.values().forEach(deployment -> wake.accept(ResourceID.fromResource(deployment)));
    }

    synchronized Optional<Boolean> clear() {
      if (cluster == null || !cluster.listed()) {
        return Optional.empty();
      }
      wanted.clear();
      cluster.removeEverything();
      return Optional.of(cluster.objects() == 0);
    }

    void desire(EdgeDeployment deployment) {
      String label = MemberNames.label(deployment);
      EdgeDeployment before = wanted.put(label, deployment);
      if (before == null || !sameSpec(before, deployment) || passIsOld(deployment)) {
        due(label);
      }
    }

    private boolean sameSpec(EdgeDeployment one, EdgeDeployment other) {
      return one.getMetadata().getUid().equals(other.getMetadata().getUid())
          && one.getMetadata().getGeneration().equals(other.getMetadata().getGeneration());
    }

    /** What no watch tells of, such as a renewed Secret, is looked at now and then. */
    private boolean passIsOld(EdgeDeployment deployment) {
      Instant last = passes.get(deployment.getMetadata().getUid());
      return last != null && last.plus(OLD_PASS).isBefore(clock.instant());
    }

    void forget(EdgeDeployment deployment) {
      String label = MemberNames.label(deployment);
      wanted.remove(label);
      reported.remove(deployment.getMetadata().getUid());
      passes.remove(deployment.getMetadata().getUid());
      due(label);
    }

    private synchronized void due(String label) {
      if (cluster != null) {
        cluster.due(label);
      }
    }

    synchronized Optional<EdgeDeploymentStatus> outcome(EdgeDeployment deployment, Instant now) {
      if (pulls) {
        return Optional.empty();
      }
      return away == null
          ? Optional.ofNullable(reported.get(deployment.getMetadata().getUid()))
          : Optional.of(MemberReport.unreachable(deployment, away, now));
    }

    @Override
    public Collection<EdgeDeployment> wanted() {
      return List.copyOf(wanted.values());
    }

    @Override
    public EdgeDeploymentStatus memory(EdgeDeployment deployment) {
      EdgeDeploymentStatus last = reported.get(deployment.getMetadata().getUid());
      return last == null ? deployment.getStatus() : last;
    }

    /** The hub keeps what is reported; a decision that was not carried out is taken again. */
    @Override
    public void remember(EdgeDeployment deployment, EdgeDeploymentStatus status) {
      passes.put(deployment.getMetadata().getUid(), clock.instant());
    }

    @Override
    public void report(EdgeDeployment deployment, EdgeDeploymentStatus status) {
      EdgeDeploymentStatus before = reported.put(deployment.getMetadata().getUid(), status);
      if (!status.equals(before)) {
        wake.accept(ResourceID.fromResource(deployment));
      }
    }

    @Override
    public Optional<Secret> pullSecret(EdgeDeployment deployment, String secret) {
      return Optional.ofNullable(
          hub.secrets()
              .inNamespace(deployment.getMetadata().getNamespace())
              .withName(MemberNames.secretCopy(deployment.getMetadata().getName(), secret))
              .get());
    }

    @Override
    public boolean gone(String label) {
      return hub
          .resources(EdgeDeployment.class)
          .inNamespace(MemberNames.namespace(name))
          .list()
          .getItems()
          .stream()
          .noneMatch(deployment -> label.equals(MemberNames.label(deployment)));
    }

    @Override
    public void lost(String message) {
      lost.run();
    }
  }
}
