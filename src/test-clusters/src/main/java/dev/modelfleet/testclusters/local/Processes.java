package dev.modelfleet.testclusters.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelfleet.testclusters.ClusterException;
import dev.modelfleet.testclusters.host.Await;
import dev.modelfleet.testclusters.host.HostCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The processes of one cluster. Each carries the cluster's folder and its role in its environment;
 * that, not a recorded process id, is how they are found again: it holds from the first instant,
 * survives the death of the starter, is inherited by container shims, and can't be mistaken after a
 * process id was reused.
 */
final class Processes {
  static final String CLUSTER_VARIABLE = "MODELFLEET_CLUSTER_DIRECTORY";
  static final String ROLE_VARIABLE = "MODELFLEET_CLUSTER_ROLE";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration END_LIMIT = Duration.ofSeconds(20);

  private final StateDirectory directory;
  private boolean ended;

  Processes(StateDirectory directory) {
    this.directory = directory;
  }

  /** Starts a program and remembers how. */
  void start(Launch launch) {
    try {
      StateDirectory.write(
          directory.process(launch.role()),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsString(launch));
    } catch (JsonProcessingException e) {
      throw new ClusterException("Cannot record how " + launch.role() + " is started", e);
    }
    spawn(launch);
  }

  /** Starts a program again as it was started before. */
  void startAgain(String role) {
    find(role)
        .ifPresent(
            process -> {
              throw new ClusterException(role + " is already running: kill it first");
            });
    spawn(launch(role));
  }

  /** Ends a program at once and waits until it is gone. */
  void kill(String role) {
    ProcessHandle process = require(role);
    process.destroyForcibly();
    Await.until(role + " is gone", END_LIMIT, () -> gone(process));
  }

  /** Sends a signal, {@code STOP} or {@code CONT}. */
  void signal(String role, String signal) {
    HostCommand.run("kill", "-" + signal, Long.toString(require(role).pid()));
  }

  /** The running process of a role. */
  Optional<ProcessHandle> find(String role) {
    if (!Files.exists(directory.process(role))) {
      return Optional.empty();
    }
    Launch launch = launch(role);
    String wanted = ROLE_VARIABLE + "=" + role;
    return all(directory).stream()
        .filter(process -> environment(process).contains(wanted))
        .filter(process -> executable(process).equals(launch.program()))
        .findFirst();
  }

  /** Every live process that belongs to a cluster. */
  static List<ProcessHandle> all(StateDirectory directory) {
    String wanted = CLUSTER_VARIABLE + "=" + directory.path();
    return ProcessHandle.allProcesses()
        .filter(process -> environment(process).contains(wanted))
        .toList();
  }

  /**
   * Whether a killed process has released all it held. Its environment goes first and its sockets
   * last; then it is a zombie without further threads, until somebody reaps it.
   */
  static boolean gone(ProcessHandle process) {
    Path files = Path.of("/proc", Long.toString(process.pid()));
    try {
      String status = Files.readString(files.resolve("stat"));
      boolean zombie = status.substring(status.lastIndexOf(')')).startsWith(") Z");
      return zombie && files.resolve("task").toFile().list().length <= 1;
    } catch (IOException e) {
      return true;
    }
  }

  /** The folders under {@code root} that live processes name as their cluster's. */
  static Set<StateDirectory> directories(Path root) {
    String wanted = CLUSTER_VARIABLE + "=" + root + "/";
    return ProcessHandle.allProcesses()
        .flatMap(process -> environment(process).stream())
        .filter(variable -> variable.startsWith(wanted))
        .map(variable -> Path.of(variable.substring(CLUSTER_VARIABLE.length() + 1)))
        .map(StateDirectory::new)
        .collect(Collectors.toSet());
  }

  /** The end of a program's log, for messages. */
  String logTail(String role) {
    Path log = directory.log(role);
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
      return "\n%s says:\n%s"
          .formatted(
              log, String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size())));
    } catch (IOException e) {
      return " (no log at " + log + ")";
    }
  }

  private ProcessHandle require(String role) {
    return find(role)
        .orElseThrow(
            () ->
                new ClusterException(
                    "%s of cluster %s is not running".formatted(role, directory.name())));
  }

  private Launch launch(String role) {
    try {
      return JSON.readValue(directory.process(role).toFile(), Launch.class);
    } catch (IOException e) {
      throw new ClusterException("Cluster %s has no %s".formatted(directory.name(), role), e);
    }
  }

  /** From now on starts nothing more: what is removed must not grow again. */
  synchronized void end() {
    ended = true;
  }

  private synchronized void spawn(Launch launch) {
    if (ended) {
      throw new ClusterException("Cluster %s is being removed".formatted(directory.name()));
    }
    List<String> command = new ArrayList<>(List.of("setsid"));
    switch (launch.namespace()) {
      case Namespaces.HOST -> {}
      case Namespaces.NEW ->
          command.addAll(List.of("unshare", "--mount", "--net", "--propagation", "private", "--"));
      default -> command.addAll(enter(launch.namespace()));
    }
    command.addAll(launch.command());
    try {
      Path log = directory.log(launch.role());
      Files.createDirectories(log.getParent());
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      Map<String, String> environment = builder.environment();
      environment.keySet().retainAll(Set.of("HOME", "TMPDIR"));
      Path folder = Path.of(launch.command().getFirst()).getParent();
      environment.put(
          "PATH",
          (folder == null ? "" : folder + ":") + "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
      environment.put(CLUSTER_VARIABLE, directory.path().toString());
      environment.put(ROLE_VARIABLE, launch.role());
      environment.putAll(launch.environment());
      builder.start().getOutputStream().close();
    } catch (IOException e) {
      throw new ClusterException("Cannot start " + launch.role() + ": " + e.getMessage(), e);
    }
  }

  /** The command prefix that runs a program in the namespaces of a node or the hub. */
  List<String> enter(String namespace) {
    String pid = Long.toString(require(Namespaces.holder(namespace)).pid());
    return List.of("nsenter", "--target", pid, "--mount", "--net", "--");
  }

  private static Set<String> environment(ProcessHandle process) {
    try {
      byte[] bytes = Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "environ"));
      return Set.of(
          Arrays.stream(new String(bytes, StandardCharsets.UTF_8).split("\0"))
              .distinct()
              .toArray(String[]::new));
    } catch (IOException e) {
      // The process has ended, or belongs to another user and so not to us.
      return Set.of();
    }
  }

  private static String executable(ProcessHandle process) {
    try {
      return Path.of("/proc", Long.toString(process.pid()), "exe")
          .toRealPath()
          .getFileName()
          .toString();
    } catch (IOException e) {
      return "";
    }
  }
}
