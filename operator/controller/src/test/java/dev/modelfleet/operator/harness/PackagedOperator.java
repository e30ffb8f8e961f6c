package dev.modelfleet.operator.harness;

import dev.modelfleet.testclusters.TestCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The operator as it is shipped: the packaged application in a process of its own. */
public final class PackagedOperator implements AutoCloseable {

  private static final Path APPLICATION = Path.of("target/quarkus-app/quarkus-run.jar");
  private static final Path OPTIONS = Path.of("src/main/image/operator.options");

  private final Process process;
  private final int port;
  private final Instant started = Instant.now();

  /** Starts it; its output goes to {@code log}. */
  public PackagedOperator(TestCluster cluster, StandInRegistry registry, Path log) {
    port = freePort();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("@" + OPTIONS, "-jar", APPLICATION.toAbsolutePath().toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "KUBECONFIG",
                cluster.kubeconfig().toString(),
                "QUARKUS_HTTP_PORT",
                Integer.toString(port),
                "HOSTNAME",
                "packaged-operator",
                "JDK_JAVA_OPTIONS",
                "-Xmx96m",
                "MODELFLEET_NAMESPACE",
                "default",
                "MODELFLEET_RUNTIME_IMAGE",
                "modelfleet.local/runtime:1",
                "MODELFLEET_REGISTRY",
                registry.address() + "/variants",
                "MODELFLEET_REGISTRY_PLAIN_HTTP",
                registry.address()));
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it reports ready and gives the time from its start. */
  public Duration awaitReady() {
    OperatorUnderTest.await(
        this::ready, ready -> ready, ready -> "process alive: " + process.isAlive());
    return Duration.between(started, Instant.now());
  }

  /** Resident memory in bytes, as Linux counts it. */
  public long residentBytes() {
    try {
      return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean ready() {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + port + "/q/health/ready");
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(2)).build();
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
