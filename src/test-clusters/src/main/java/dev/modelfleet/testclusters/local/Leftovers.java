package dev.modelfleet.testclusters.local;

import dev.modelfleet.testclusters.ClusterException;
import dev.modelfleet.testclusters.host.Await;
import dev.modelfleet.testclusters.host.HostCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Everything a cluster leaves on its host, and its removal. Namespaces, mounts, links and packet
 * filters end with the processes; control groups and files are removed. Safe to repeat, and on a
 * cluster that was only half started.
 */
final class Leftovers {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private Leftovers() {}

  /**
   * Removes everything of a cluster.
   *
   * @throws ClusterException naming what is still there
   */
  static void remove(StateDirectory directory) {
    Set<ProcessHandle> killed = new HashSet<>();
    Await.until(
        "the processes of cluster " + directory.name() + " have ended",
        LIMIT,
        () -> kill(directory, killed),
        () -> ": " + find(directory));
    Await.until(
        "the control groups of cluster " + directory.name() + " are removed",
        LIMIT,
        () -> {
          ControlGroups.remove(directory);
          return ControlGroups.groups(directory).isEmpty();
        },
        () -> ": " + find(directory));
    // It ends with the hub's namespace, which a last unanswered packet can hold for a while.
    HostCommand.tryRun(List.of("ip", "link", "delete", link(directory)));
    mounts(directory).forEach(mount -> HostCommand.run("umount", "--lazy", mount));
    HostCommand.run("rm", "-rf", "--one-file-system", directory.path().toString());
  }

  /** What of a cluster is on the host now, in words; empty when nothing is. */
  static List<String> find(StateDirectory directory) {
    List<String> found = new ArrayList<>();
    processes(directory)
        .forEach(
            process ->
                found.add(
                    "process %d %s".formatted(process.pid(), process.info().command().orElse(""))));
    mounts(directory).forEach(mount -> found.add("mount " + mount));
    ControlGroups.groups(directory).forEach(group -> found.add("control group " + group));
    if (Files.exists(Path.of("/sys/class/net", link(directory)))) {
      found.add("link " + link(directory));
    }
    if (Files.exists(directory.path())) {
      found.add("folder " + directory.path());
    }
    return found;
  }

  /**
   * Kills what is alive, adds it to {@code killed}; true when nothing was and all killed is gone.
   */
  private static boolean kill(StateDirectory directory, Set<ProcessHandle> killed) {
    List<ProcessHandle> alive = processes(directory);
    alive.forEach(ProcessHandle::destroyForcibly);
    killed.addAll(alive);
    return alive.isEmpty() && killed.stream().allMatch(Processes::gone);
  }

  private static List<ProcessHandle> processes(StateDirectory directory) {
    return Stream.concat(
            Processes.all(directory).stream(), ControlGroups.processes(directory).stream())
        .filter(ProcessHandle::isAlive)
        .distinct()
        .toList();
  }

  private static String link(StateDirectory directory) {
    return ClusterDescription.read(directory)
        .map(description -> description.plan().link())
        .orElse("mf-none");
  }

  /** Mounts of the host's own namespace under the cluster's folder, the deepest first. */
  private static List<String> mounts(StateDirectory directory) {
    try {
      return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
          .map(line -> line.split(" ")[4])
          .filter(mount -> mount.startsWith(directory.path() + "/"))
          .sorted((a, b) -> Integer.compare(b.length(), a.length()))
          .toList();
    } catch (IOException e) {
      throw new ClusterException("Cannot read the mounts of this host", e);
    }
  }
}
