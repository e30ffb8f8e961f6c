package dev.modelfleet.testclusters;

import dev.modelfleet.testclusters.tools.ToolModule;
import dev.modelfleet.testclusters.tools.Tools;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A cluster that somebody else runs: named by {@value #KUBECONFIG}, with its registry's two
 * addresses in {@value #REGISTRY_PUSH} and {@value #REGISTRY_PULL}. It is never changed by starting
 * or closing.
 */
final class ExistingProvider implements ClusterProvider {
  static final String KUBECONFIG = "MODELFLEET_KUBECONFIG";
  static final String REGISTRY_PUSH = "MODELFLEET_REGISTRY_PUSH";
  static final String REGISTRY_PULL = "MODELFLEET_REGISTRY_PULL";

  private final Map<String, String> environment;
  private final Consumer<String> progress;

  ExistingProvider(Map<String, String> environment, Consumer<String> progress) {
    this.environment = environment;
    this.progress = progress;
  }

  @Override
  public String description() {
    return "the cluster of " + KUBECONFIG;
  }

  @Override
  public Optional<String> unavailable(ClusterSpec spec) {
    if (spec.nodes().isEmpty()) {
      return Optional.of("a cluster without nodes is never an existing one");
    }
    return environment.getOrDefault(KUBECONFIG, "").isEmpty()
        ? Optional.of(KUBECONFIG + " is not set")
        : Optional.empty();
  }

  @Override
  public TestCluster start(ClusterSpec spec) {
    Path kubeconfig = Path.of(environment.get(KUBECONFIG));
    if (!Files.isReadable(kubeconfig)) {
      throw new ClusterException(
          "%s names %s, which is not readable".formatted(KUBECONFIG, kubeconfig));
    }
    Registry registry = new Registry(required(REGISTRY_PUSH), required(REGISTRY_PULL));
    return new ExistingCluster(spec.name(), kubeconfig, registry, new Tools(progress));
  }

  @Override
  public Optional<TestCluster> find(String name) {
    ClusterSpec spec = ClusterSpec.named(name);
    return unavailable(spec).isEmpty() ? Optional.of(start(spec)) : Optional.empty();
  }

  @Override
  public boolean remove(String name) {
    return false;
  }

  @Override
  public List<String> removeAbandoned() {
    return List.of();
  }

  private String required(String variable) {
    String value = environment.getOrDefault(variable, "");
    if (value.isEmpty()) {
      throw new ClusterException(
          "%s is set, so set %s (push) and %s (pull) too, each as host:port of the registry"
              .formatted(KUBECONFIG, REGISTRY_PUSH, REGISTRY_PULL));
    }
    return value;
  }

  private record ExistingCluster(String name, Path kubeconfig, Registry registry, Tools tools)
      implements TestCluster {
    @Override
    public Path kubectl() {
      return tools.installedOrBuilt(ToolModule.KUBERNETES, "kubectl");
    }

    @Override
    public Path helm() {
      return tools.installedOrBuilt(ToolModule.HELM, "helm");
    }

    @Override
    public List<String> nodes() {
      Config config = Config.fromKubeconfig(kubeconfig.toFile());
      try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
        return client.nodes().list().getItems().stream()
            .map(node -> node.getMetadata().getName())
            .toList();
      }
    }

    @Override
    public Optional<String> hostAddress() {
      return Optional.empty();
    }

    @Override
    public Optional<Path> auditLog() {
      return Optional.empty();
    }

    @Override
    public Optional<Faults> faults() {
      return Optional.empty();
    }

    @Override
    public void importImages(Path archive) {
      throw new ClusterException(
          "Images cannot be put on the nodes of an existing cluster: push them to "
              + registry.hostAddress());
    }

    @Override
    public void close() {
      // Somebody else's cluster stays as it is.
    }
  }
}
