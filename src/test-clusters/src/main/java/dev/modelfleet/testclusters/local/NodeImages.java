package dev.modelfleet.testclusters.local;

import dev.modelfleet.testclusters.host.HostCommand;
import dev.modelfleet.testclusters.tools.ToolModule;
import dev.modelfleet.testclusters.tools.Tools;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The images that a node's containerd has. */
final class NodeImages {
  private final Processes processes;
  private final Tools tools;

  NodeImages(Processes processes, Tools tools) {
    this.processes = processes;
    this.tools = tools;
  }

  /** Adds the images of a docker or OCI archive to a node. */
  void load(String node, Path archive) {
    List<String> command = new ArrayList<>(processes.enter(node));
    command.add(tools.program(ToolModule.CONTAINERD, "ctr").toString());
    command.addAll(List.of("--namespace", "k8s.io", "images", "import", archive.toString()));
    HostCommand.run(command);
  }
}
