package dev.modelfleet.operator.member;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.vertx.VertxHttpClientFactory;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;

/**
 * One client a member cluster, kept as long as its credentials are the same, with short time-outs
 * and threads that all of them share.
 */
public final class MemberConnections implements AutoCloseable {

  private static final int TIMEOUT_MILLIS = (int) Duration.ofSeconds(5).toMillis();
  private static final int EVENT_LOOPS = 2;

  private record Connection(String version, KubernetesClient client) {}

  private final ExecutorService callbacks;
  private final Vertx vertx =
      Vertx.vertx(
          new VertxOptions().setEventLoopPoolSize(EVENT_LOOPS).setWorkerPoolSize(EVENT_LOOPS));

  /** One for all: each of its own holds some 2 MiB of what was learnt of the types. */
  private final KubernetesSerialization serialization = new KubernetesSerialization();

  private final Map<String, Connection> connections = new ConcurrentHashMap<>();

  MemberConnections(ExecutorService callbacks) {
    this.callbacks = callbacks;
  }

  /**
   * The client of a cluster.
   *
   * @param version of the credentials: another one makes another client
   */
  public KubernetesClient client(
      String cluster, String version, MemberCredentials.Usable credentials) {
    Connection known = connections.get(cluster);
    if (known != null && known.version().equals(version)) {
      return known.client();
    }
    forget(cluster);
    KubernetesClient client = make(credentials);
    connections.put(cluster, new Connection(version, client));
    return client;
  }

  /** Closes a cluster's client. */
  public void forget(String cluster) {
    Connection old = connections.remove(cluster);
    if (old != null) {
      old.client().close();
    }
  }

  private KubernetesClient make(MemberCredentials.Usable credentials) {
    Config config = credentials.config();
    config.setConnectionTimeout(TIMEOUT_MILLIS);
    config.setRequestTimeout(TIMEOUT_MILLIS);
    config.setRequestRetryBackoffLimit(0);
    KubernetesClientBuilder builder =
        new KubernetesClientBuilder()
            .withHttpClientFactory(new VertxHttpClientFactory(vertx))
            .withKubernetesSerialization(serialization)
            .withTaskExecutor(callbacks);
    if (credentials.serverName() != null) {
      ServerNameTrust.use(builder, config, credentials.serverName());
    }
    return builder.withConfig(config).build();
  }

  @Override
  public void close() {
    connections.keySet().forEach(this::forget);
    vertx.close();
  }
}
