package dev.modelfleet.testclusters.local;

import dev.modelfleet.testclusters.ClusterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The control groups that hold a cluster's pods, in every hierarchy of version 1 and in version 2.
 */
final class ControlGroups {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");

  private ControlGroups() {}

  /** The name of a cluster's control group at the root of a hierarchy. */
  static String of(StateDirectory directory) {
    return "modelfleet-" + directory.name();
  }

  /** Makes the group {@code path} (from the root) in every hierarchy, ready to take processes. */
  static void create(String path) {
    for (Path hierarchy : hierarchies()) {
      Path group = hierarchy;
      for (Path part : Path.of(path.substring(1))) {
        Path parent = group;
        group = group.resolve(part);
        makeGroup(parent, group);
      }
    }
  }

  /** The processes in a cluster's groups. */
  static List<ProcessHandle> processes(StateDirectory directory) {
    return groups(directory).stream()
        .flatMap(group -> processIds(group.resolve("cgroup.procs")))
        .distinct()
        .flatMap(pid -> ProcessHandle.of(pid).stream())
        .toList();
  }

  /** Removes a cluster's groups; those that still hold a process stay. */
  static void remove(StateDirectory directory) {
    groups(directory).forEach(group -> group.toFile().delete());
  }

  /** A cluster's groups in every hierarchy, children before parents. */
  static List<Path> groups(StateDirectory directory) {
    return hierarchies().stream()
        .map(hierarchy -> hierarchy.resolve(of(directory)))
        .filter(Files::isDirectory)
        .flatMap(ControlGroups::tree)
        .toList();
  }

  private static Stream<Path> tree(Path top) {
    try (Stream<Path> all = Files.walk(top)) {
      return all.filter(Files::isDirectory).sorted(Comparator.reverseOrder()).toList().stream();
    } catch (IOException | UncheckedIOException e) {
      // A group that vanishes while it is read was removed by the kubelet: nothing to do there.
      return Files.isDirectory(top) ? Stream.of(top) : Stream.empty();
    }
  }

  private static Stream<Long> processIds(Path file) {
    try {
      return Files.readAllLines(file).stream().map(Long::valueOf);
    } catch (IOException e) {
      return Stream.empty();
    }
  }

  private static List<Path> hierarchies() {
    if (Files.exists(ROOT.resolve("cgroup.controllers"))) {
      return List.of(ROOT);
    }
    try (Stream<Path> entries = Files.list(ROOT)) {
      return entries
          .filter(Files::isDirectory)
          .filter(entry -> !Files.isSymbolicLink(entry))
          .filter(entry -> Files.exists(entry.resolve("cgroup.procs")))
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static void makeGroup(Path parent, Path group) {
    try {
      Files.createDirectories(group);
      for (String file : List.of("cpuset.cpus", "cpuset.mems")) {
        Path own = group.resolve(file);
        if (Files.exists(own)
            && Files.readString(own).isBlank()
            && Files.exists(parent.resolve(file))) {
          Files.writeString(own, Files.readString(parent.resolve(file)));
        }
      }
      Path controllers = parent.resolve("cgroup.controllers");
      if (Files.exists(controllers) && parent.startsWith(ROOT) && !parent.endsWith("unified")) {
        String enable = "+" + Files.readString(controllers).strip().replace(" ", " +");
        Files.writeString(
            parent.resolve("cgroup.subtree_control"), enable.equals("+") ? "" : enable);
      }
    } catch (IOException e) {
      throw new ClusterException("Cannot make the control group " + group, e);
    }
  }
}
