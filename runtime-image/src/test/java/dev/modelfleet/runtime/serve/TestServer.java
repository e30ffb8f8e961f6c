package dev.modelfleet.runtime.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.runtime.serve.http.HttpLimits;
import dev.modelfleet.runtime.serve.http.Tls;
import dev.modelfleet.runtime.serve.model.EngineOptions;
import dev.modelfleet.runtime.serve.model.ModelCatalog;
import dev.modelfleet.runtime.serve.model.ServingOptions;
import dev.modelfleet.runtime.serve.model.SingleVariant;
import dev.modelfleet.runtime.serve.model.VariantSource;
import dev.modelfleet.runtime.serve.protocol.Access;
import dev.modelfleet.runtime.serve.trace.Traces;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;

/** A server on free ports of the loopback interface, with a client. */
final class TestServer implements AutoCloseable {

  static final HttpLimits SMALL_LIMITS =
      new HttpLimits(
          1 << 20,
          1 << 21,
          512,
          Duration.ofMillis(700),
          Duration.ofMillis(700),
          Duration.ofSeconds(60));

  static final EngineOptions ENGINE = new EngineOptions(1, false, true, "CPU");

  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Server server;

  private TestServer(ServeOptions options) {
    this.server =
        new Server(
            options, new ServeLog(new PrintStream(log, true, StandardCharsets.UTF_8)), "9.9");
  }

  /** Starts a server that runs one request at a time and lets two wait. */
  static TestServer start(Path variant) throws Exception {
    return start(variant, 2);
  }

  static TestServer start(Path variant, int queue) throws Exception {
    return start(variant, queue, SMALL_LIMITS);
  }

  static TestServer start(Path variant, int queue, HttpLimits limits) throws Exception {
    return start(variant, new ServingOptions(ENGINE, 1, queue), limits);
  }

  static TestServer start(Path variant, ServingOptions serving, HttpLimits limits)
      throws Exception {
    String name = VariantSource.read(variant).manifest().name();
    return start(new SingleVariant(name, variant, serving), false, limits);
  }

  /** A server whose clients may load and unload the variant. */
  static TestServer controllable(Path variant) throws Exception {
    String name = VariantSource.read(variant).manifest().name();
    SingleVariant catalog = new SingleVariant(name, variant, new ServingOptions(ENGINE, 1, 256));
    return start(catalog, true, HttpLimits.DEFAULT);
  }

  static TestServer start(ModelCatalog catalog, boolean modelControl, HttpLimits limits)
      throws Exception {
    return start(catalog, modelControl, limits, Access.OPEN, Tls.OFF);
  }

  static TestServer start(
      ModelCatalog catalog, boolean modelControl, HttpLimits limits, Access access, Tls tls)
      throws Exception {
    return start(
        new ServeOptions(
            catalog,
            modelControl,
            Duration.ZERO,
            access,
            tls,
            Duration.ofMillis(100),
            new Ports("127.0.0.1", 0, 0, 0, false),
            limits,
            Traces.OFF,
            Duration.ZERO,
            Duration.ofSeconds(10)));
  }

  /** A server of one variant with both protocols on one port. */
  static TestServer onOnePort(Path variant, Tls tls) throws Exception {
    String name = VariantSource.read(variant).manifest().name();
    return start(
        new ServeOptions(
            new SingleVariant(name, variant, new ServingOptions(ENGINE, 1, 64)),
            false,
            Duration.ZERO,
            Access.OPEN,
            tls,
            Duration.ofMillis(100),
            new Ports("127.0.0.1", 0, 0, 0, true),
            SMALL_LIMITS,
            Traces.OFF,
            Duration.ZERO,
            Duration.ofSeconds(10)));
  }

  /** A server that goes on answering for so long after it was told to end. */
  static TestServer leaving(Path variant, Duration drainDelay) throws Exception {
    String name = VariantSource.read(variant).manifest().name();
    return start(
        new ServeOptions(
            new SingleVariant(name, variant, new ServingOptions(ENGINE, 1, 64)),
            false,
            Duration.ZERO,
            Access.OPEN,
            Tls.OFF,
            Duration.ofMillis(100),
            new Ports("127.0.0.1", 0, 0, 0, false),
            HttpLimits.DEFAULT,
            Traces.OFF,
            drainDelay,
            Duration.ofSeconds(10)));
  }

  /** A server that looks at its models every tenth of a second. */
  static TestServer polling(ModelCatalog catalog) throws Exception {
    return start(
        new ServeOptions(
            catalog,
            false,
            Duration.ofMillis(100),
            Access.OPEN,
            Tls.OFF,
            Duration.ofMillis(100),
            new Ports("127.0.0.1", 0, 0, 0, false),
            HttpLimits.DEFAULT,
            Traces.OFF,
            Duration.ZERO,
            Duration.ofSeconds(10)));
  }

  /** A server of one variant that traces its requests. */
  static TestServer traced(Path variant, Traces traces) throws Exception {
    String name = VariantSource.read(variant).manifest().name();
    return start(
        new ServeOptions(
            new SingleVariant(name, variant, new ServingOptions(ENGINE, 1, 64)),
            false,
            Duration.ZERO,
            Access.OPEN,
            Tls.OFF,
            Duration.ofMillis(100),
            new Ports("127.0.0.1", 0, 0, 0, false),
            SMALL_LIMITS,
            traces,
            Duration.ZERO,
            Duration.ofSeconds(10)));
  }

  private static TestServer start(ServeOptions options) throws Exception {
    TestServer test = new TestServer(options);
    test.server.start();
    return test;
  }

  /** Asks until the answer is as wanted, which it must be within 20 seconds. */
  static void eventually(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("not so after 20 s").isLessThan(end);
      Thread.sleep(20);
    }
  }

  Server server() {
    return server;
  }

  HttpClient client() {
    return client;
  }

  String log() {
    return log.toString(StandardCharsets.UTF_8);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(server.httpPort(), path)).timeout(Duration.ofSeconds(20));
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(request(path).build(), BodyHandlers.ofString());
  }

  HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
    return client.send(
        request(path).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
  }

  String metrics() throws IOException, InterruptedException {
    HttpRequest scrape = HttpRequest.newBuilder(uri(server.metricsPort(), "/metrics")).build();
    return client.send(scrape, BodyHandlers.ofString()).body();
  }

  private static URI uri(int port, String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  @Override
  public void close() {
    server.close();
    client.close();
  }
}
