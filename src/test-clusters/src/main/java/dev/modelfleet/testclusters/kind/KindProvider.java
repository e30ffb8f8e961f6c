package dev.modelfleet.testclusters.kind;

import dev.modelfleet.testclusters.ClusterException;
import dev.modelfleet.testclusters.ClusterProvider;
import dev.modelfleet.testclusters.ClusterSpec;
import dev.modelfleet.testclusters.Registry;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.host.HostCommand;
import dev.modelfleet.testclusters.host.Owner;
import dev.modelfleet.testclusters.tools.ToolModule;
import dev.modelfleet.testclusters.tools.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Clusters of KIND, where a Docker daemon and KIND's node image can be had. */
public final class KindProvider implements ClusterProvider {
  static final String IMAGE = "MODELFLEET_KIND_IMAGE";
  static final String DEFAULT_IMAGE = "kindest/node:v1.37.0";

  private final Map<String, String> environment;
  private final Path root;
  private final Consumer<String> progress;
  private final Tools tools;

  /** Clusters whose files are under {@code root}; {@code progress} takes lines for people. */
  public KindProvider(Map<String, String> environment, Path root, Consumer<String> progress) {
    this.environment = environment;
    this.root = root;
    this.progress = progress;
    this.tools = new Tools(progress);
  }

  @Override
  public String description() {
    return "KIND";
  }

  @Override
  public Optional<String> unavailable(ClusterSpec spec) {
    if (spec.nodes().isEmpty() || spec.kwokNodes() > 0) {
      return Optional.of("a cluster without real nodes, or with simulated ones, is built locally");
    }
    if (HostCommand.find("docker").isEmpty()) {
      return Optional.of("docker is not installed");
    }
    if (!succeeds("docker", "info")) {
      return Optional.of("no Docker daemon answers `docker info`");
    }
    return succeeds("docker", "image", "inspect", image())
            || succeeds("docker", "manifest", "inspect", image())
        ? Optional.empty()
        : Optional.of("the node image " + image() + " cannot be had");
  }

  @Override
  public TestCluster start(ClusterSpec spec) {
    KindConfig config = config(spec);
    removeAbandoned();
    if (Files.exists(config.ownerFile())) {
      throw new ClusterException(
          "KIND cluster %s belongs to another process: choose another name".formatted(spec.name()));
    }
    if (exists(config)) {
      progress.accept("Using the running KIND cluster " + spec.name());
      return attach(config, false);
    }
    Thread cleanup = new Thread(() -> removeOwn(config), "remove-" + spec.name());
    Runtime.getRuntime().addShutdownHook(cleanup);
    progress.accept("Starting KIND cluster " + spec.name());
    try {
      create(config);
    } catch (ClusterException e) {
      remove(spec.name());
      throw e;
    }
    if (spec.keep()) {
      Runtime.getRuntime().removeShutdownHook(cleanup);
      config.ownerFile().toFile().delete();
    }
    return attach(config, !spec.keep());
  }

  @Override
  public Optional<TestCluster> find(String name) {
    KindConfig config = config(ClusterSpec.named(name));
    return exists(config) ? Optional.of(attach(config, false)) : Optional.empty();
  }

  @Override
  public boolean remove(String name) {
    KindConfig config = config(ClusterSpec.named(name));
    if (!Files.exists(config.folder())) {
      return false;
    }
    config.remove(kind()).forEach(HostCommand::tryRun);
    return true;
  }

  @Override
  public List<String> removeAbandoned() {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(root)) {
      List<String> names =
          folders
              .filter(folder -> abandoned(folder.resolve("owner")))
              .map(folder -> folder.getFileName().toString())
              .toList();
      names.forEach(this::remove);
      return names;
    } catch (IOException e) {
      throw new ClusterException("Cannot list " + root, e);
    }
  }

  /** Removes the cluster unless it is gone, or another process has made one of that name since. */
  private void removeOwn(KindConfig config) {
    if (Files.exists(config.ownerFile()) && owner(config.ownerFile()).equals(Owner.self())) {
      remove(config.spec().name());
    }
  }

  private static boolean abandoned(Path ownerFile) {
    return Files.exists(ownerFile) && !owner(ownerFile).alive();
  }

  private static Owner owner(Path ownerFile) {
    try {
      String[] owner = Files.readString(ownerFile).split(" ", 2);
      return new Owner(Long.parseLong(owner[0]), owner[1]);
    } catch (IOException e) {
      throw new ClusterException("Cannot read " + ownerFile, e);
    }
  }

  private void create(KindConfig config) {
    Owner self = Owner.self();
    write(config.ownerFile(), self.pid() + " " + self.started());
    write(config.hostsFile(), config.hosts());
    write(config.clusterFile(), config.cluster());
    HostCommand.run(config.createNetwork());
    HostCommand.run(config.runRegistry());
    HostCommand.run(config.createCluster(kind(), image()));
    String kubectl = tools.installedOrBuilt(ToolModule.KUBERNETES, "kubectl").toString();
    for (int i = 0; i < config.spec().nodes().size(); i++) {
      if (config.spec().nodes().get(i).gpus() > 0) {
        HostCommand.run(config.showGpus(kubectl, i));
      }
    }
  }

  private TestCluster attach(KindConfig config, boolean owned) {
    String address = HostCommand.run(config.registryAddress()).lines().findFirst().orElseThrow();
    Registry registry = new Registry(address.strip(), Registry.CLUSTER_ADDRESS);
    return new KindCluster(config, registry, kind(), tools, owned);
  }

  private boolean exists(KindConfig config) {
    return Files.exists(config.kubeconfig())
        && succeeds("docker", "container", "inspect", config.registryContainer());
  }

  private KindConfig config(ClusterSpec spec) {
    return new KindConfig(spec, root.resolve(spec.name()));
  }

  private String image() {
    return environment.getOrDefault(IMAGE, DEFAULT_IMAGE);
  }

  private String kind() {
    return tools.installedOrBuilt(ToolModule.KIND, "kind").toString();
  }

  private static boolean succeeds(String... command) {
    return HostCommand.tryRun(List.of(command)).ok();
  }

  private static void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new ClusterException("Cannot write " + file, e);
    }
  }
}
