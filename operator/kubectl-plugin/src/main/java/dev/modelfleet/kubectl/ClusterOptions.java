package dev.modelfleet.kubectl;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import picocli.CommandLine.Option;

/** Which cluster and namespace: as kubectl's own options. */
final class ClusterOptions {

  private static final int REQUEST_TIMEOUT_MS = 30_000;
  private static final int CONNECTION_TIMEOUT_MS = 5_000;

  @Option(
      names = {"-n", "--namespace"},
      description = "Namespace; unless given, that of the context.")
  private String namespace;

  @Option(
      names = "--context",
      description = "Context of the kubeconfig; unless given, its current.")
  private String context;

  @Option(names = "--kubeconfig", description = "Path of the kubeconfig; unless given, as kubectl.")
  private File kubeconfig;

  @Option(names = "--server", description = "Address of the API server in place of the context's.")
  private String server;

  /** A client; the caller closes it. */
  KubernetesClient client() {
    Config config;
    if (kubeconfig == null) {
      config = Config.autoConfigure(context);
    } else if (kubeconfig.canRead()) {
      config = Config.fromKubeconfig(context, kubeconfig);
    } else {
      throw new CommandException(kubeconfig + " can't be read: correct --kubeconfig");
    }
    ConfigBuilder builder =
        new ConfigBuilder(config)
            .withRequestTimeout(REQUEST_TIMEOUT_MS)
            .withConnectionTimeout(CONNECTION_TIMEOUT_MS)
            .withRequestRetryBackoffLimit(0);
    if (server != null) {
      builder.withMasterUrl(server);
    }
    if (namespace != null) {
      builder.withNamespace(namespace);
    } else if (config.getNamespace() == null) {
      builder.withNamespace("default");
    }
    return new KubernetesClientBuilder().withConfig(builder.build()).build();
  }

  /** The ModelDeployment of the client's namespace. */
  static ModelDeployment deployment(KubernetesClient client, String name) {
    ModelDeployment found = client.resources(ModelDeployment.class).withName(name).get();
    if (found == null) {
      throw new CommandException(
          "ModelDeployment %s does not exist in namespace %s: see kubectl get md -A"
              .formatted(name, client.getNamespace()));
    }
    return found;
  }
}
