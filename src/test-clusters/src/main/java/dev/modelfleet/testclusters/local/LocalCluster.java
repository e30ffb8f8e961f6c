package dev.modelfleet.testclusters.local;

import dev.modelfleet.testclusters.Faults;
import dev.modelfleet.testclusters.NodeSpec;
import dev.modelfleet.testclusters.Registry;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.tools.ToolModule;
import dev.modelfleet.testclusters.tools.Tools;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** A cluster of processes on this host, running. */
final class LocalCluster implements TestCluster {
  private final StateDirectory directory;
  private final ClusterDescription description;
  private final Tools tools;
  private final Processes processes;
  private final boolean owned;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** {@code owned}: whether {@link #close()} removes it. */
  LocalCluster(
      StateDirectory directory,
      ClusterDescription description,
      Tools tools,
      Processes processes,
      boolean owned) {
    this.directory = directory;
    this.description = description;
    this.tools = tools;
    this.processes = processes;
    this.owned = owned;
  }

  @Override
  public String name() {
    return directory.name();
  }

  @Override
  public Path kubeconfig() {
    return directory.kubeconfig();
  }

  @Override
  public Registry registry() {
    return description.registry();
  }

  @Override
  public Path kubectl() {
    return tools.program(ToolModule.KUBERNETES, "kubectl");
  }

  @Override
  public Path helm() {
    return tools.program(ToolModule.HELM);
  }

  @Override
  public List<Path> searchPath() {
    return List.of(directory.bin());
  }

  @Override
  public List<String> nodes() {
    return description.spec().nodes().stream().map(NodeSpec::name).toList();
  }

  @Override
  public Optional<String> hostAddress() {
    return description.spec().apiOnly()
        ? Optional.of("127.0.0.1")
        : Optional.of(description.plan().host());
  }

  @Override
  public Optional<Path> auditLog() {
    return Optional.of(directory.auditLog());
  }

  @Override
  public Optional<Faults> faults() {
    return Optional.of(new LocalFaults(directory, description, processes));
  }

  @Override
  public void importImages(Path archive) {
    NodeImages images = new NodeImages(processes, tools);
    nodes().forEach(node -> images.load(node, archive));
  }

  @Override
  public void close() {
    if (owned && closed.compareAndSet(false, true)) {
      processes.end();
      Leftovers.remove(directory);
    }
  }
}
