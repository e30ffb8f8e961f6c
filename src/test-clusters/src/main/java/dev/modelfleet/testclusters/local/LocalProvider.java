package dev.modelfleet.testclusters.local;

import dev.modelfleet.testclusters.ClusterException;
import dev.modelfleet.testclusters.ClusterProvider;
import dev.modelfleet.testclusters.ClusterSpec;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.host.HostCommand;
import dev.modelfleet.testclusters.tools.HostPackages;
import dev.modelfleet.testclusters.tools.ToolModule;
import dev.modelfleet.testclusters.tools.Tools;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Clusters of processes on this host, built from pinned Go modules. */
public final class LocalProvider implements ClusterProvider {
  private static final Pattern BLOCK = Pattern.compile("\\b10\\.(\\d{1,3})\\.");

  private final Path root;
  private final Consumer<String> progress;

  /** Clusters under {@code root}; {@code progress} takes lines for people. */
  public LocalProvider(Path root, Consumer<String> progress) {
    this.root = root;
    this.progress = progress;
  }

  @Override
  public String description() {
    return "a locally built cluster";
  }

  @Override
  public Optional<String> unavailable(ClusterSpec spec) {
    if (!System.getProperty("os.name").equals("Linux")) {
      return Optional.of("it needs Linux");
    }
    Optional<String> tools = Tools.unavailable();
    if (tools.isPresent() || spec.nodes().isEmpty()) {
      return tools;
    }
    return HostCommand.isRoot()
        ? HostPackages.unavailable()
        : Optional.of("real nodes need root: run as root, or ask for no nodes");
  }

  @Override
  public TestCluster start(ClusterSpec spec) {
    Tools tools = build(spec);
    StateDirectory directory = new StateDirectory(root.resolve(spec.name()));
    Optional<ClusterDescription> kept = locked(() -> claim(directory, spec));
    if (kept.isPresent()) {
      progress.accept("Using the running cluster " + spec.name());
      return new LocalCluster(directory, kept.get(), tools, new Processes(directory), false);
    }
    return begin(directory, spec, tools);
  }

  @Override
  public boolean remove(String name) {
    StateDirectory directory = new StateDirectory(root.resolve(name));
    boolean present = Files.exists(directory.path());
    locked(
        () -> {
          Leftovers.remove(directory);
          return present;
        });
    return present;
  }

  @Override
  public List<String> removeAbandoned() {
    HostCommand.run("rm", "-rf", failures().toString());
    return locked(this::sweep);
  }

  @Override
  public Optional<TestCluster> find(String name) {
    StateDirectory directory = new StateDirectory(root.resolve(name));
    return ClusterDescription.read(directory)
        .map(
            description ->
                new LocalCluster(
                    directory, description, new Tools(progress), new Processes(directory), false));
  }

  /** What of a cluster is on this host now: processes, mounts, links, control groups, files. */
  public List<String> remains(String name) {
    return Leftovers.find(new StateDirectory(root.resolve(name)));
  }

  /** Whether a kept cluster with the name and the nodes of {@code spec} runs. */
  public boolean isKept(ClusterSpec spec) {
    StateDirectory directory = new StateDirectory(root.resolve(spec.name()));
    return !abandoned(directory)
        && ClusterDescription.read(directory)
            .filter(ClusterDescription::kept)
            .filter(description -> description.hasNodesOf(spec))
            .isPresent();
  }

  private TestCluster begin(StateDirectory directory, ClusterSpec spec, Tools tools) {
    ClusterDescription description = ClusterDescription.read(directory).orElseThrow();
    Processes processes = new Processes(directory);
    LocalCluster owned = new LocalCluster(directory, description, tools, processes, true);
    Thread cleanup = new Thread(owned::close, "remove-" + spec.name());
    Runtime.getRuntime().addShutdownHook(cleanup);
    long start = System.nanoTime();
    progress.accept("Starting cluster " + spec.name());
    Layout layout =
        spec.nodes().isEmpty()
            ? Layout.apiOnly(description.registryPort())
            : Layout.hub(description.plan(), description.registryPort());
    try {
      new LocalStart(directory, spec, description.plan(), layout, tools, processes).run();
    } catch (ClusterException e) {
      Path logs = keepLogs(directory);
      owned.close();
      throw new ClusterException(e.getMessage() + "\nAll logs: " + logs, e);
    }
    progress.accept(
        "Cluster %s is ready after %.1f s"
            .formatted(spec.name(), (System.nanoTime() - start) / 1e9));
    if (!spec.keep()) {
      return owned;
    }
    description.keep().write(directory);
    Runtime.getRuntime().removeShutdownHook(cleanup);
    return new LocalCluster(directory, description.keep(), tools, processes, false);
  }

  /** Builds and installs all that the cluster needs, before anything is started. */
  private Tools build(ClusterSpec spec) {
    Tools tools = new Tools(progress);
    List<ToolModule> modules =
        new ArrayList<>(List.of(ToolModule.KUBERNETES, ToolModule.ETCD, ToolModule.REGISTRY));
    if (!spec.nodes().isEmpty()) {
      HostPackages.install(progress);
      modules.addAll(
          List.of(ToolModule.CONTAINERD, ToolModule.COREDNS, ToolModule.PODS, ToolModule.HELM));
    }
    if (spec.kwokNodes() > 0) {
      modules.add(ToolModule.KWOK);
    }
    modules.forEach(tools::folder);
    return tools;
  }

  /** Takes the name: a kept cluster under it, or nothing, and then the folder is ours and empty. */
  private Optional<ClusterDescription> claim(StateDirectory directory, ClusterSpec spec) {
    sweep();
    Optional<ClusterDescription> present = ClusterDescription.read(directory);
    if (present.isPresent()) {
      return Optional.of(attachable(present.get(), spec));
    }
    if (Files.exists(directory.path())) {
      throw new ClusterException(
          "Cluster %s was started by another version: remove it first (down --name=%s)"
              .formatted(spec.name(), spec.name()));
    }
    int block = spec.nodes().isEmpty() ? 0 : freeBlock();
    ClusterDescription.own(spec, block, Layout.freePorts(1).getFirst()).write(directory);
    return Optional.empty();
  }

  private static ClusterDescription attachable(ClusterDescription present, ClusterSpec spec) {
    String name = spec.name();
    if (!present.kept()) {
      throw new ClusterException(
          "Cluster %s belongs to process %d: choose another name or end that process"
              .formatted(name, present.owner()));
    }
    if (!present.hasNodesOf(spec)) {
      throw new ClusterException(
          "Cluster %s runs with other nodes: remove it first (down --name=%s) or choose another name"
              .formatted(name, name));
    }
    return present;
  }

  private List<String> sweep() {
    List<String> removed = new ArrayList<>();
    Set<StateDirectory> directories = new LinkedHashSet<>(StateDirectory.list(root));
    Processes.directories(root).stream()
        .filter(directory -> !Files.exists(directory.path()))
        .forEach(directories::add);
    for (StateDirectory directory : directories) {
      if (abandoned(directory)) {
        progress.accept("Removing what the ended cluster " + directory.name() + " left");
        Leftovers.remove(directory);
        removed.add(directory.name());
      }
    }
    return removed;
  }

  private static boolean abandoned(StateDirectory directory) {
    return ClusterDescription.read(directory)
        .filter(description -> !description.kept())
        .map(description -> !description.ownerAlive())
        .orElseGet(() -> !Files.exists(directory.path()) || Processes.all(directory).isEmpty());
  }

  private int freeBlock() {
    Set<Integer> used = new HashSet<>();
    Matcher matcher =
        BLOCK.matcher(
            HostCommand.run("ip", "-4", "address") + HostCommand.run("ip", "-4", "route"));
    while (matcher.find()) {
      used.add(Integer.valueOf(matcher.group(1)));
    }
    StateDirectory.list(root).stream()
        .flatMap(directory -> ClusterDescription.read(directory).stream())
        .forEach(description -> used.add(description.block()));
    return IntStream.rangeClosed(201, 250)
        .filter(block -> !used.contains(block))
        .findFirst()
        .orElseThrow(
            () -> new ClusterException("No free network 10.201.0.0/16 to 10.250.0.0/16 is left"));
  }

  private Path keepLogs(StateDirectory directory) {
    Path kept = failures().resolve(directory.name());
    HostCommand.run("mkdir", "-p", failures().toString());
    HostCommand.run("rm", "-rf", kept.toString());
    HostCommand.tryRun(List.of("cp", "-r", directory.file("logs").toString(), kept.toString()));
    return kept;
  }

  private Path failures() {
    return root.resolveSibling(root.getFileName() + "-failed");
  }

  private <T> T locked(Supplier<T> action) {
    synchronized (LocalProvider.class) {
      try {
        StateDirectory.createPrivate(root);
        try (FileChannel channel =
                FileChannel.open(
                    root.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.lock()) {
          return action.get();
        }
      } catch (IOException e) {
        throw new ClusterException("Cannot lock " + root, e);
      }
    }
  }
}
