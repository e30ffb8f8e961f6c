package dev.modelfleet.testclusters.local;

import dev.modelfleet.testclusters.ClusterException;
import dev.modelfleet.testclusters.ClusterSpec;
import dev.modelfleet.testclusters.NodeSpec;
import dev.modelfleet.testclusters.host.Await;
import dev.modelfleet.testclusters.host.HostCommand;
import dev.modelfleet.testclusters.host.Parallel;
import dev.modelfleet.testclusters.tools.ToolModule;
import dev.modelfleet.testclusters.tools.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** One start of a cluster, from an empty folder to Ready nodes. */
final class LocalStart {
  private static final Duration API_LIMIT = Duration.ofSeconds(60);

  private final StateDirectory directory;
  private final ClusterSpec spec;
  private final NetworkPlan plan;
  private final Layout layout;
  private final Tools tools;
  private final Processes processes;
  private final Namespaces namespaces;
  private final Credentials credentials;
  private final ControlPlane controlPlane;
  private final List<NodeFiles> nodes;

  LocalStart(
      StateDirectory directory,
      ClusterSpec spec,
      NetworkPlan plan,
      Layout layout,
      Tools tools,
      Processes processes) {
    this.directory = directory;
    this.spec = spec;
    this.plan = plan;
    this.layout = layout;
    this.tools = tools;
    this.processes = processes;
    this.namespaces = new Namespaces(directory, processes, plan);
    this.credentials =
        new Credentials(directory, spec.nodes().stream().map(NodeSpec::name).toList());
    this.controlPlane = new ControlPlane(directory, tools, layout);
    this.nodes =
        IntStream.range(0, spec.nodes().size())
            .mapToObj(
                i -> new NodeFiles(directory, plan, spec.nodes().get(i), i + 1, spec.registry()))
            .toList();
  }

  /** Starts everything and returns when the nodes are Ready. */
  void run() {
    credentials.write();
    StateDirectory.write(directory.file("audit-policy.yaml"), ControlPlane.auditPolicy());
    boolean isolated = layout.namespace().equals(Namespaces.HUB);
    if (isolated) {
      namespaces.createHub();
    }
    processes.start(controlPlane.etcd());
    processes.start(controlPlane.apiServer());
    startRegistries(isolated);
    Parallel.run(List.of(this::prepareNodes, this::awaitApi));
    startControllers();
    startNodes();
    awaitReady();
    linkPrograms();
  }

  private void startRegistries(boolean isolated) {
    processes.start(
        controlPlane.registry("registry", Namespaces.HOST, "127.0.0.1:" + layout.registryPort()));
    if (isolated) {
      processes.start(
          controlPlane.registry(
              "registry-hub", Namespaces.HUB, plan.hub() + ":" + NetworkPlan.REGISTRY_PORT));
    }
  }

  private void awaitApi() {
    Await.until(
        "the API server has made its certificate",
        API_LIMIT,
        () -> Files.exists(credentials.authority()),
        () -> processes.logTail(ControlPlane.API_SERVER));
    credentials.writeKubeconfigs(layout.apiUrl());
    try (ClusterClient client = new ClusterClient(directory.kubeconfig())) {
      Await.until(
          "the API server is ready",
          API_LIMIT,
          client::apiReady,
          () -> processes.logTail(ControlPlane.API_SERVER));
    }
  }

  /** Everything of the nodes that needs no API server. */
  private void prepareNodes() {
    if (spec.nodes().isEmpty()) {
      return;
    }
    for (int i = 0; i < nodes.size(); i++) {
      String name = spec.nodes().get(i).name();
      namespaces.createNode(name, i + 1, nodes.size());
      ControlGroups.create(nodes.get(i).controlGroup());
      nodes.get(i).write();
      processes.start(nodes.get(i).containerd(tools));
    }
    Path folder = makeFolder(directory.file("images"));
    List<Path> archives =
        List.of(
            ImageArchive.pause(tools.program(ToolModule.PODS, "pause"), folder),
            ImageArchive.shell(
                HostCommand.find("busybox").orElseThrow(),
                tools.program(ToolModule.PODS, "fetch"),
                folder));
    Parallel.run(
        spec.nodes().stream()
            .map(node -> (Runnable) () -> loadImages(node.name(), archives))
            .toList());
  }

  private void loadImages(String node, List<Path> archives) {
    Path socket = directory.node(node).resolve("run/containerd/containerd.sock");
    String role = NodeFiles.containerdRole(node);
    Await.until(
        role + " serves", API_LIMIT, () -> Files.exists(socket), () -> processes.logTail(role));
    NodeImages images = new NodeImages(processes, tools);
    archives.forEach(archive -> images.load(node, archive));
  }

  private void startControllers() {
    processes.start(controlPlane.controllers(credentials, spec));
    if (spec.apiOnly()) {
      return;
    }
    processes.start(controlPlane.scheduler(credentials, spec));
    if (layout.namespace().equals(Namespaces.HUB)) {
      processes.start(controlPlane.dns(credentials, plan));
    }
    if (spec.kwokNodes() > 0) {
      processes.start(controlPlane.kwok(credentials, spec));
    }
  }

  private void startNodes() {
    if (nodes.isEmpty()) {
      return;
    }
    nodes.forEach(node -> processes.start(node.kubelet(tools, credentials)));
    String first = spec.nodes().getFirst().name();
    processes.start(controlPlane.proxy(credentials, Namespaces.HUB, first, plan));
    for (NodeSpec node : spec.nodes()) {
      processes.start(controlPlane.proxy(credentials, node.name(), node.name(), plan));
    }
  }

  private void awaitReady() {
    try (ClusterClient client = new ClusterClient(directory.kubeconfig())) {
      List<Runnable> waits = new ArrayList<>();
      waits.add(client::awaitServiceAccount);
      for (NodeSpec node : spec.nodes()) {
        waits.add(() -> awaitNode(client, node));
      }
      if (spec.kwokNodes() > 0) {
        waits.add(() -> client.addKwokNodes(spec.kwokNodes()));
      }
      Parallel.run(waits);
    }
  }

  private void awaitNode(ClusterClient client, NodeSpec node) {
    try {
      client.awaitReady(node.name());
    } catch (ClusterException e) {
      throw new ClusterException(
          e.getMessage() + processes.logTail(NodeFiles.kubeletRole(node.name())), e);
    }
    if (node.gpus() > 0) {
      client.showGpus(node);
    }
  }

  private void linkPrograms() {
    Path bin = makeFolder(directory.bin());
    link(bin, tools.program(ToolModule.KUBERNETES, "kubectl"));
    if (!spec.apiOnly()) {
      link(bin, tools.program(ToolModule.HELM));
    }
  }

  private static void link(Path folder, Path program) {
    try {
      Files.createSymbolicLink(folder.resolve(program.getFileName()), program);
    } catch (IOException e) {
      throw new ClusterException("Cannot link " + program, e);
    }
  }

  private static Path makeFolder(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new ClusterException("Cannot make " + folder, e);
    }
  }
}
