package dev.modelfleet.operator.agent;

import dev.modelfleet.operator.member.ServerNameTrust;
import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.Cluster;
import io.fabric8.kubernetes.api.model.Context;
import io.fabric8.kubernetes.api.model.NamedAuthInfo;
import io.fabric8.kubernetes.api.model.NamedCluster;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How an agent reaches its hub: by a kubeconfig file. A token that is renewed there, or in the file
 * that it names ({@code tokenFile}), is taken up without a restart: at the latest when the hub
 * refuses the old one.
 */
public final class HubAccess {

  /** A hub that does not answer is asked again with the next heartbeat. */
  private static final int TIMEOUT_MILLIS = 5_000;

  private HubAccess() {}

  /**
   * A client of the hub.
   *
   * @throws IllegalArgumentException naming the file, where it is no kubeconfig
   */
  public static KubernetesClient client(Path kubeconfig) {
    Config config;
    Optional<Context> context;
    io.fabric8.kubernetes.api.model.Config content;
    try {
      content = content(kubeconfig);
      context = context(content);
      config = Config.fromKubeconfig(kubeconfig.toFile());
    } catch (IllegalArgumentException | KubernetesClientException e) {
      throw new IllegalArgumentException(kubeconfig + " is not a kubeconfig: " + e.getMessage(), e);
    }
    config.setConnectionTimeout(TIMEOUT_MILLIS);
    config.setRequestTimeout(TIMEOUT_MILLIS);
    config.setRequestRetryBackoffLimit(0);
    context
        .flatMap(c -> user(content, c.getUser()))
        .map(AuthInfo::getTokenFile)
        .filter(file -> !file.isBlank())
        .map(kubeconfig::resolveSibling)
        .ifPresent(file -> config.setOauthTokenProvider(() -> token(file)));
    KubernetesClientBuilder builder = new KubernetesClientBuilder();
    context
        .flatMap(c -> cluster(content, c.getCluster()))
        .map(Cluster::getTlsServerName)
        .filter(name -> !name.isBlank())
        .ifPresent(name -> ServerNameTrust.use(builder, config, name));
    return builder.withConfig(config).build();
  }

  private static io.fabric8.kubernetes.api.model.Config content(Path kubeconfig) {
    try {
      return Serialization.unmarshal(
          Files.readString(kubeconfig), io.fabric8.kubernetes.api.model.Config.class);
    } catch (IOException e) {
      throw new UncheckedIOException("the hub's kubeconfig cannot be read: " + kubeconfig, e);
    }
  }

  private static Optional<Context> context(io.fabric8.kubernetes.api.model.Config content) {
    return content.getContexts().stream()
        .filter(context -> context.getName().equals(content.getCurrentContext()))
        .findFirst()
        .map(NamedContext::getContext);
  }

  private static Optional<AuthInfo> user(
      io.fabric8.kubernetes.api.model.Config content, String name) {
    return content.getUsers().stream()
        .filter(user -> user.getName().equals(name))
        .findFirst()
        .map(NamedAuthInfo::getUser);
  }

  private static Optional<Cluster> cluster(
      io.fabric8.kubernetes.api.model.Config content, String name) {
    return content.getClusters().stream()
        .filter(cluster -> cluster.getName().equals(name))
        .findFirst()
        .map(NamedCluster::getCluster);
  }

  private static String token(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new KubernetesClientException("the hub's token cannot be read: " + file, e);
    }
  }
}
