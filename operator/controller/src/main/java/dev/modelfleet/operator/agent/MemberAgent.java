package dev.modelfleet.operator.agent;

import dev.modelfleet.operator.cluster.decide.AgentSighting;
import dev.modelfleet.operator.member.EdgeDeploymentReconciler;
import dev.modelfleet.operator.member.MemberCluster;
import dev.modelfleet.operator.member.MemberThreads;
import dev.modelfleet.operator.member.decide.MemberNames;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.OperatorException;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works in a member cluster for a hub that need not reach it: does what the hub last said, goes
 * back where that fails, and reports when the hub is there. It starts and goes on without the hub.
 */
public final class MemberAgent implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MemberAgent.class);
  private static final Duration HUB_SYNC_TIMEOUT = Duration.ofSeconds(20);
  private static final int RECONCILER_THREADS = 2;

  private final AgentSettings settings;
  private final KubernetesClient hub;
  private final InstantSource clock;
  private final MemberThreads threads = new MemberThreads();
  private final AgentHome home;
  private final MemberCluster cluster;
  private final Heartbeat heartbeat;
  private Operator operator;
  private boolean connected;
  private volatile boolean closed;

  /**
   * An agent that is not started.
   *
   * @param member client of the cluster in which it works
   * @param hub client with the access that the hub gives this cluster's agent
   */
  public MemberAgent(
      AgentSettings settings, KubernetesClient member, KubernetesClient hub, InstantSource clock) {
    this.settings = settings;
    this.hub = hub;
    this.clock = clock;
    AgentState state = new AgentState(member, settings.stateNamespace(), settings.cluster());
    this.home = new AgentHome(hub, settings.cluster(), state, this::due);
    this.cluster =
        new MemberCluster(
            settings.cluster(), member, settings.memberNamespace(), home, threads, clock);
    this.heartbeat = new Heartbeat(hub, member, settings.cluster(), clock);
  }

  /** Starts to work on what it knows and to look for the hub. */
  public MemberAgent start() {
    LOG.info(
        "agent of cluster {}: {} EdgeDeployments known", settings.cluster(), home.wanted().size());
    cluster.start();
    threads.run(this::beat);
    return this;
  }

  private void due(String label) {
    cluster.due(label);
  }

  private synchronized void beat() {
    if (closed) {
      return;
    }
    try {
      heartbeat.beat(cluster.objects());
      if (!connected) {
        LOG.info("the hub answers");
        listen();
        home.compareWithHub();
        connected = true;
      }
    } catch (KubernetesClientException | OperatorException e) {
      if (connected || operator == null) {
        LOG.info("the hub does not answer, the cluster serves on: {}", root(e));
      }
      connected = false;
    }
    threads.later(AgentSighting.RENEWED_EVERY, this::beat);
  }

  private static Throwable root(Throwable problem) {
    return problem.getCause() == null ? problem : root(problem.getCause());
  }

  /** Watches the hub; once started, the watch is opened again by itself. */
  private void listen() {
    if (operator != null) {
      return;
    }
    Operator starting =
        new Operator(
            configuration ->
                configuration
                    .withKubernetesClient(hub)
                    .withCloseClientOnStop(false)
                    .checkingCRDAndValidateLocalModel(false)
                    .withStopOnInformerErrorDuringStartup(false)
                    .withConcurrentReconciliationThreads(RECONCILER_THREADS)
                    .withCacheSyncTimeout(HUB_SYNC_TIMEOUT));
    starting.register(
        new EdgeDeploymentReconciler(home, clock),
        controller -> controller.settingNamespace(MemberNames.namespace(settings.cluster())));
    starting.start();
    operator = starting;
  }

  @Override
  public void close() {
    closed = true;
    cluster.close();
    threads.close();
    synchronized (this) {
      if (operator != null) {
        operator.stop();
      }
    }
  }
}
