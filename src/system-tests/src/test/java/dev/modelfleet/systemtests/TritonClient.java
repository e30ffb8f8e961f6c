package dev.modelfleet.systemtests;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelfleet.quickstart.Program;
import io.fabric8.kubernetes.client.LocalPortForward;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The unmodified Python client of the Triton Inference Server. */
final class TritonClient {

  private TritonClient() {}

  /**
   * Infers once through a Service, with binary and with JSON tensors. Skips the test where Python
   * is missing.
   *
   * @return a line for each output
   */
  static String infer(Product product, String namespace, String service, String model) {
    Path clients = product.root().resolve("src/system-tests/clients");
    Path python = environment(clients);
    try (LocalPortForward forward =
        product.client().services().inNamespace(namespace).withName(service).portForward(8000)) {
      String server = "127.0.0.1:" + forward.getLocalPort();
      return Program.run(
          List.of(python.toString(), clients.resolve("infer.py").toString(), server, model),
          builder -> {});
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("cannot forward a port to " + service, e);
    }
  }

  /** A virtual environment with the client, made once and kept outside the work tree. */
  private static Path environment(Path clients) {
    boolean hasPython = Files.isExecutable(Path.of("/usr/bin/python3")) || onPath("python3");
    if (!hasPython) {
      System.out.println("skipped: no python3, so the Triton client can't run");
    }
    assumeTrue(hasPython, "python3 is not installed");
    String cache =
        System.getenv().getOrDefault("XDG_CACHE_HOME", System.getProperty("user.home") + "/.cache");
    Path environment = Path.of(cache, "modelfleet", "triton-client");
    Path python = environment.resolve("bin/python");
    if (!Files.isExecutable(python)) {
      Program.run(List.of("python3", "-m", "venv", environment.toString()), builder -> {});
    }
    Program.run(
        List.of(
            python.toString(),
            "-m",
            "pip",
            "install",
            "-q",
            "-r",
            clients.resolve("requirements.txt").toString()),
        builder -> {});
    return python;
  }

  private static boolean onPath(String program) {
    return java.util.Arrays.stream(System.getenv("PATH").split(":"))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }
}
