package dev.modelfleet.testclusters.host;

import dev.modelfleet.testclusters.ClusterException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Short commands of the host, run to their end. */
public final class HostCommand {
  private HostCommand() {}

  /** What a command left: its exit status and its standard output and error together. */
  public record Result(int status, String output) {
    /** Whether the command succeeded. */
    public boolean ok() {
      return status == 0;
    }
  }

  /**
   * Runs a command and returns what it printed.
   *
   * @throws ClusterException when it cannot be started or fails, with its output
   */
  public static String run(List<String> command) {
    Result result = tryRun(command);
    if (!result.ok()) {
      throw new ClusterException(
          "`%s` failed with status %d: %s"
              .formatted(String.join(" ", command), result.status(), result.output().strip()));
    }
    return result.output();
  }

  /** As {@link #run(List)}. */
  public static String run(String... command) {
    return run(Arrays.asList(command));
  }

  /** Runs a command whose failure is an answer, not an error. */
  public static Result tryRun(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), output);
    } catch (IOException e) {
      throw new ClusterException("Cannot run `" + command.getFirst() + "`: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterException("Interrupted while running " + command.getFirst(), e);
    }
  }

  /** Where a program lies on the search path, the administrator's folders included. */
  public static Optional<Path> find(String program) {
    String path = System.getenv().getOrDefault("PATH", "") + ":/usr/local/go/bin:/usr/sbin:/sbin";
    return Stream.of(path.split(":"))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Whether this process runs as root. */
  public static boolean isRoot() {
    return tryRun(List.of("id", "-u")).output().strip().equals("0");
  }
}
