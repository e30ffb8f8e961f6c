package dev.modelfleet.testclusters.kind;

import dev.modelfleet.testclusters.Faults;
import dev.modelfleet.testclusters.Registry;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.host.HostCommand;
import dev.modelfleet.testclusters.tools.ToolModule;
import dev.modelfleet.testclusters.tools.Tools;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** A KIND cluster, running. */
final class KindCluster implements TestCluster {
  private final KindConfig config;
  private final Registry registry;
  private final String kind;
  private final Tools tools;
  private final boolean owned;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** {@code owned}: whether {@link #close()} removes it. */
  KindCluster(KindConfig config, Registry registry, String kind, Tools tools, boolean owned) {
    this.config = config;
    this.registry = registry;
    this.kind = kind;
    this.tools = tools;
    this.owned = owned;
  }

  @Override
  public String name() {
    return config.spec().name();
  }

  @Override
  public Path kubeconfig() {
    return config.kubeconfig();
  }

  @Override
  public Registry registry() {
    return registry;
  }

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
    return HostCommand.run(config.workers()).lines().sorted().toList();
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
    HostCommand.run(kind, "load", "image-archive", archive.toString(), "--name=" + name());
  }

  @Override
  public void close() {
    if (owned && closed.compareAndSet(false, true)) {
      config.remove(kind).forEach(HostCommand::tryRun);
    }
  }
}
