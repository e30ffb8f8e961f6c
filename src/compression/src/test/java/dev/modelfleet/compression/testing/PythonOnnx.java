package dev.modelfleet.compression.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;

/**
 * Python with the reference implementation of ONNX that src/test/python/requirements.txt pins, in a
 * virtual environment under the user's cache directory that is made once. Where there is no Python,
 * or no way to get the package, tests that need it are skipped with the reason.
 */
public final class PythonOnnx {

  private static final Path SOURCES = Path.of("src", "test", "python");
  private static final long MINUTES = 5;

  private PythonOnnx() {}

  /** Runs a script of src/test/python and expects it to end well. */
  public static void run(String script, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(environment().toString());
    command.add(SOURCES.resolve(script).toString());
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile("modelfleet-python", ".log");
    int code = execute(command, output);
    assertThat(code).as(Files.readString(output)).isZero();
    Files.delete(output);
  }

  private static Path environment() throws IOException, InterruptedException {
    Path requirements = SOURCES.resolve("requirements.txt");
    String pinned = Files.readString(requirements);
    Path directory =
        cache().resolve("modelfleet").resolve("python-" + Integer.toHexString(pinned.hashCode()));
    Path python = directory.resolve("bin").resolve("python");
    Path complete = directory.resolve("complete");
    if (!Files.exists(complete)) {
      Files.createDirectories(directory.getParent());
      require(List.of("python3", "-m", "venv", "--clear", directory.toString()));
      require(
          List.of(python.toString(), "-m", "pip", "install", "-q", "-r", requirements.toString()));
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

  private static void require(List<String> command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("modelfleet-python", ".log");
    String reason;
    try {
      if (execute(command, output) == 0) {
        return;
      }
      reason = Files.readString(output).strip();
    } catch (IOException e) {
      reason = e.getMessage();
    } finally {
      Files.deleteIfExists(output);
    }
    System.out.println("SKIPPED: no Python with onnx: " + reason);
    throw new TestAbortedException(reason);
  }

  private static int execute(List<String> command, Path output)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly().waitFor();
      return -1;
    }
    return process.exitValue();
  }
}
