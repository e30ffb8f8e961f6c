package dev.modelfleet.runtime.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;

/**
 * Python with the pinned clients of a requirements file in src/test/python, in a virtual
 * environment under the user's cache directory that is made once. Where there is no Python, or no
 * way to get the packages, tests that need it are skipped with the reason.
 */
final class PythonClients {

  private static final Path SOURCES = Path.of("src", "test", "python");
  private static final long INSTALL_MINUTES = 5;
  private static final long RUN_MINUTES = 2;

  private PythonClients() {}

  /** Runs a script of src/test/python with tritonclient and expects it to end well. */
  static void run(String script, String... arguments) throws IOException, InterruptedException {
    runWith("requirements.txt", script, arguments);
  }

  /** The same with the packages of this requirements file. */
  static void runWith(String requirements, String script, String... arguments)
      throws IOException, InterruptedException {
    Path python = environment(SOURCES.resolve(requirements));
    List<String> command = new ArrayList<>();
    command.add(python.toString());
    command.add(SOURCES.resolve(script).toString());
    command.addAll(List.of(arguments));
    Result result = execute(command, RUN_MINUTES);
    System.out.println(result.output());
    assertThat(result.code()).as(result.output()).isZero();
  }

  private static Path environment(Path requirements) throws IOException, InterruptedException {
    String pinned = Files.readString(requirements);
    Path directory =
        cache().resolve("modelfleet").resolve("python-" + Integer.toHexString(pinned.hashCode()));
    Path python = directory.resolve("bin").resolve("python");
    Path complete = directory.resolve("complete");
    if (!Files.exists(complete)) {
      Files.createDirectories(directory.getParent());
      require(List.of("python3", "-m", "venv", "--clear", directory.toString()), "no Python venv");
      require(
          List.of(python.toString(), "-m", "pip", "install", "-q", "-r", requirements.toString()),
          "the Python clients can't be installed");
      Files.writeString(complete, pinned);
    }
    return python;
  }

  private static Path cache() {
    String configured = System.getenv("XDG_CACHE_HOME");
    return configured == null || configured.isEmpty()
        ? Path.of(System.getProperty("user.home"), ".cache")
        : Path.of(configured);
  }

  private static void require(List<String> command, String what) throws InterruptedException {
    String reason;
    try {
      Result result = execute(command, INSTALL_MINUTES);
      if (result.code() == 0) {
        return;
      }
      reason = what + ": " + result.output().strip();
    } catch (IOException e) {
      reason = what + ": " + e.getMessage();
    }
    System.out.println("SKIPPED: " + reason);
    throw new TestAbortedException(reason);
  }

  private record Result(int code, String output) {}

  private static Result execute(List<String> command, long minutes)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("modelfleet-python", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(minutes, TimeUnit.MINUTES)) {
        process.destroyForcibly().waitFor();
        return new Result(-1, "not done after " + minutes + " min: " + command);
      }
      return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    } finally {
      Files.deleteIfExists(output);
    }
  }
}
