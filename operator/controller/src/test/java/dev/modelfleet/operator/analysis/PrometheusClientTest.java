package dev.modelfleet.operator.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.modelfleet.operator.analysis.decide.Measurement;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** A server that speaks Prometheus' HTTP API, and servers that do not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PrometheusClientTest {

  private static final Instant TIME = Instant.parse("2026-01-31T12:00:00Z");

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch over = new CountDownLatch(1);
  private HttpServer server;
  private String address;
  private volatile int status;
  private volatile String answer;
  private volatile String asked;
  private volatile String authorization;

  @BeforeEach
  void start() throws IOException {
    if (server == null) {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(threads);
      address = "http://127.0.0.1:" + server.getAddress().getPort();
      server.createContext("/prom/api/v1/query", this::answer);
      server.createContext("/slow/api/v1/query", this::never);
      server.createContext("/moved/api/v1/query", this::elsewhere);
      server.start();
    }
    status = 200;
    authorization = null;
  }

  @org.junit.jupiter.api.AfterAll
  void stop() {
    over.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  @AfterEach
  void forget() {
    answer = null;
  }

  private record Answered(String what, int status, String body, Measurement measurement) {}

  private static Answered values(String what, String body, double lowest, double highest) {
    return new Answered(what, 200, body, new Measurement.Values(TIME, lowest, highest));
  }

  private Answered unanswered(String what, int status, String body, String why) {
    return new Answered(what, status, body, new Measurement.Unanswered(TIME, why));
  }

  @TestFactory
  Stream<DynamicTest> answers() {
    return Stream.of(
            values(
                "one sample",
                vector("{\"metric\":{\"pod\":\"a\"},\"value\":[1.5,\"0.25\"]}"),
                0.25,
                0.25),
            values(
                "several samples",
                vector(
                    "{\"metric\":{},\"value\":[1,\"3\"]},{\"metric\":{},\"value\":[1,\"-1e3\"]}"),
                -1000,
                3),
            values("a scalar", data("scalar", "[1769860800,\"7\"]"), 7, 7),
            values(
                "infinity",
                vector("{\"metric\":{},\"value\":[1,\"+Inf\"]}"),
                Double.POSITIVE_INFINITY,
                Double.POSITIVE_INFINITY),
            unanswered(
                "nothing",
                200,
                vector(""),
                "its result is empty: check names and labels, and that pods are scraped"),
            unanswered(
                "no number",
                200,
                vector("{\"metric\":{},\"value\":[1,\"1\"]},{\"metric\":{},\"value\":[1,\"NaN\"]}"),
                "its value is not a number: there may be no traffic to divide by"),
            unanswered(
                "a range",
                200,
                data("matrix", "[]"),
                "its result is a matrix: write a query that gives a scalar or a vector"),
            unanswered(
                "a refusal",
                400,
                "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error\"}",
                "ADDRESS refused it: parse error"),
            unanswered(
                "an overloaded proxy",
                503,
                "<html>secret of a proxy</html>",
                "ADDRESS answered with status 503: check the address and the token"),
            unanswered(
                "another server",
                200,
                "hello",
                "ADDRESS does not answer as Prometheus does: check the address"),
            unanswered(
                "an empty answer",
                200,
                "",
                "ADDRESS does not answer as Prometheus does: check the address"))
        .map(
            test ->
                DynamicTest.dynamicTest(
                    test.what(),
                    () -> {
                      status = test.status();
                      answer = test.body();
                      Measurement measured = ask(address + "/prom", null);
                      assertThat(measured.toString().replace(address + "/prom", "ADDRESS"))
                          .isEqualTo(test.measurement().toString());
                    }));
  }

  @Test
  void queryAndTokenAreSentAsTheyAre() throws InterruptedException {
    answer = data("scalar", "[1,\"7\"]");
    ask(address + "/prom/", "t0ken");
    assertThat(asked).isEqualTo("query=sum%28rate%28a%7Bb%3D%22c%22%7D%5B1m%5D%29%29+%2F+2");
    assertThat(authorization).isEqualTo("Bearer t0ken");
  }

  @Test
  void oneThatHangsIsLeft() throws InterruptedException {
    assertThat(ask(address + "/slow", null))
        .isInstanceOfSatisfying(
            Measurement.Unanswered.class,
            no -> assertThat(no.why()).contains("did not answer within").contains("cheaper"));
  }

  @Test
  void aRedirectIsNotFollowed() throws InterruptedException {
    assertThat(ask(address + "/moved", "t0ken"))
        .isInstanceOfSatisfying(
            Measurement.Unanswered.class, no -> assertThat(no.why()).contains("status 302"));
    assertThat(authorization).isNull();
  }

  @Test
  void oneThatIsNotThere() throws InterruptedException {
    assertThat(ask("http://127.0.0.1:1", null))
        .isInstanceOfSatisfying(
            Measurement.Unanswered.class,
            no -> assertThat(no.why()).contains("http://127.0.0.1:1 can't be reached"));
  }

  @Test
  void anAnswerThatIsTooLargeIsNotRead() throws InterruptedException {
    answer = "\"" + "x".repeat(2 << 20) + "\"";
    assertThat(ask(address + "/prom", null)).isInstanceOf(Measurement.Unanswered.class);
  }

  private static Measurement ask(String address, String token) throws InterruptedException {
    Duration limit = address.endsWith("/slow") ? Duration.ofMillis(300) : Duration.ofSeconds(20);
    return new PrometheusClient(limit).ask(address, "sum(rate(a{b=\"c\"}[1m])) / 2", token, TIME);
  }

  private static String vector(String samples) {
    return data("vector", "[" + samples + "]");
  }

  private static String data(String type, String result) {
    return "{\"status\":\"success\",\"data\":{\"resultType\":\"%s\",\"result\":%s}}"
        .formatted(type, result);
  }

  private void answer(HttpExchange exchange) throws IOException {
    asked = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    authorization = exchange.getRequestHeaders().getFirst("Authorization");
    byte[] body = answer.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    try (exchange) {
      exchange.getResponseBody().write(body);
    }
  }

  private void never(HttpExchange exchange) {
    try (exchange) {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void elsewhere(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().add("Location", address + "/prom/api/v1/query");
    exchange.sendResponseHeaders(302, -1);
    exchange.close();
  }
}
