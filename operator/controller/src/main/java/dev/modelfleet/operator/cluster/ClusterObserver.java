package dev.modelfleet.operator.cluster;

import dev.modelfleet.api.v1alpha1.EdgeCluster;
import dev.modelfleet.api.v1alpha1.EdgeClusterConditions.Reason;
import dev.modelfleet.api.v1alpha1.SecretKeyReference;
import dev.modelfleet.operator.cluster.decide.ClusterSighting;
import dev.modelfleet.operator.cluster.decide.ClusterSighting.Missed;
import dev.modelfleet.operator.placement.decide.NodeFacts;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Looks at member clusters on threads of its own, with short time-outs, so that a cluster that does
 * not answer holds up nothing else.
 */
final class ClusterObserver implements AutoCloseable {

  private static final int TIMEOUT_MILLIS = (int) Duration.ofSeconds(5).toMillis();
  private static final int AT_ONCE = 32;

  private final KubernetesClient hub;
  private final InstantSource clock;
  private final Map<String, ClusterSighting> sightings = new ConcurrentHashMap<>();
  private final Map<String, Boolean> looking = new ConcurrentHashMap<>();
  private final Semaphore permits = new Semaphore(AT_ONCE);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  ClusterObserver(KubernetesClient hub, InstantSource clock) {
    this.hub = hub;
    this.clock = clock;
  }

  /** What was last seen. */
  ClusterSighting last(EdgeCluster cluster) {
    return sightings.getOrDefault(key(cluster), new ClusterSighting.NotYet());
  }

  /** Looks again, unless it is being looked at. */
  void look(EdgeCluster cluster, Runnable whenSeen) {
    String key = key(cluster);
    if (looking.putIfAbsent(key, true) != null) {
      return;
    }
    threads.execute(
        () -> {
          try {
            permits.acquire();
            try {
              sightings.put(key, sight(cluster.getSpec().kubeconfigSecretRef()));
            } finally {
              permits.release();
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } finally {
            looking.remove(key);
          }
          whenSeen.run();
        });
  }

  private ClusterSighting sight(SecretKeyReference reference) {
    String entry = reference.key() == null ? "kubeconfig" : reference.key();
    String place = "Secret " + reference.namespace() + "/" + reference.name();
    Secret secret;
    try {
      secret = hub.secrets().inNamespace(reference.namespace()).withName(reference.name()).get();
    } catch (KubernetesClientException e) {
      return new Missed(Reason.SECRET_MISSING, place + " can't be read: " + e.getMessage());
    }
    if (secret == null || secret.getData() == null || !secret.getData().containsKey(entry)) {
      return new Missed(
          Reason.SECRET_MISSING,
          place
              + (secret == null ? " does not exist" : " has no entry " + entry)
              + ": create it with a kubeconfig");
    }
    String kubeconfig =
        new String(Base64.getDecoder().decode(secret.getData().get(entry)), StandardCharsets.UTF_8);
    return connect(kubeconfig, place + ", entry " + entry);
  }

  private ClusterSighting connect(String kubeconfig, String place) {
    Config config;
    try {
      config = Config.fromKubeconfig(kubeconfig);
    } catch (KubernetesClientException | IllegalArgumentException e) {
      return new Missed(
          Reason.INVALID_KUBECONFIG, place + " is not a kubeconfig: " + e.getMessage());
    }
    config.setConnectionTimeout(TIMEOUT_MILLIS);
    config.setRequestTimeout(TIMEOUT_MILLIS);
    config.setRequestRetryBackoffLimit(0);
    try (KubernetesClient member = new KubernetesClientBuilder().withConfig(config).build()) {
      String version = member.getKubernetesVersion().getGitVersion();
      List<NodeFacts> nodes = member.nodes().list().getItems().stream().map(NodeFacts::of).toList();
      int ready = (int) nodes.stream().filter(NodeFacts::ready).count();
      return new ClusterSighting.Seen(version, nodes.size(), ready, clock.instant());
    } catch (KubernetesClientException e) {
      boolean refused =
          e.getCode() == HttpURLConnection.HTTP_UNAUTHORIZED
              || e.getCode() == HttpURLConnection.HTTP_FORBIDDEN;
      return refused
          ? new Missed(
              Reason.UNAUTHORIZED,
              config.getMasterUrl() + " refuses the credentials: renew " + place)
          : new Missed(Reason.UNREACHABLE, config.getMasterUrl() + " does not answer: " + words(e));
    }
  }

  private static String words(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  private static String key(EdgeCluster cluster) {
    return cluster.getMetadata().getUid() + "/" + cluster.getMetadata().getGeneration();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
