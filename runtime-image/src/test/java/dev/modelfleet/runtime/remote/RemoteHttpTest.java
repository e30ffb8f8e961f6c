package dev.modelfleet.runtime.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.modelfleet.runtime.remote.RemoteException.Kind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Credentials stay with the host that they are for; redirects and retries have bounds. */
class RemoteHttpTest {

  private static final RemoteLimits LIMITS =
      new RemoteLimits(
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          3,
          Duration.ofMillis(1));

  @TempDir private Path temp;
  private final List<HttpServer> servers = new ArrayList<>();
  private final List<String> authorizations = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    servers.forEach(server -> server.stop(0));
  }

  /** Answers every request; gives {@code host:port}. */
  private String server(Handler handler) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            handler.answer(exchange);
          }
        });
    server.start();
    servers.add(server);
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  private interface Handler {
    void answer(HttpExchange exchange) throws IOException;
  }

  private static void send(HttpExchange exchange, int status, String header, String value)
      throws IOException {
    exchange.getResponseHeaders().add(header, value);
    exchange.sendResponseHeaders(status, -1);
  }

  private void record(HttpExchange exchange) throws IOException {
    authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    byte[] body = "content".getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
  }

  private String get(String uri, Set<String> plainHttp, String credentialsFor) throws IOException {
    Path file = temp.resolve("config.json");
    Files.writeString(
        file, "{\"auths\": {\"%s\": {\"auth\": \"YTpi\"}}}".formatted(credentialsFor));
    try (RemoteHttp http = new RemoteHttp(plainHttp, new DockerCredentials(file), LIMITS)) {
      return http.exchange(
          RemoteRequest.of("GET", URI.create(uri), "", Map.of()),
          answer -> new String(answer.body().readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void aRedirectCarriesNoCredentialsToAnotherHost() throws IOException {
    String storage = server(this::record);
    String registry =
        server(
            exchange -> {
              if (exchange.getRequestHeaders().getFirst("Authorization") == null) {
                send(exchange, 401, "WWW-Authenticate", "Basic realm=\"x\"");
              } else {
                send(exchange, 307, "Location", "http://" + storage + "/blob");
              }
            });

    String content = get("http://" + registry + "/blob", Set.of(registry, storage), registry);

    assertThat(content).isEqualTo("content");
    assertThat(authorizations).containsExactly("null");
  }

  @Test
  void aRedirectToPlainHttpIsFollowedToListedHostsOnly() throws IOException {
    String inside = server(this::record);
    String registry = server(e -> send(e, 302, "Location", "http://" + inside + "/metadata"));

    RemoteException failure =
        catchThrowableOfType(
            RemoteException.class,
            () -> get("http://" + registry + "/model", Set.of(registry), "none"));

    assertThat(failure.kind()).isEqualTo(Kind.REFUSED);
    assertThat(failure).hasMessageContaining("not https");
    assertThat(authorizations).isEmpty();
  }

  @Test
  void redirectsInACircleEnd() throws IOException {
    List<String> requests = new CopyOnWriteArrayList<>();
    String registry =
        server(
            exchange -> {
              requests.add(exchange.getRequestURI().toString());
              send(exchange, 302, "Location", "/again");
            });

    RemoteException failure =
        catchThrowableOfType(
            RemoteException.class,
            () -> get("http://" + registry + "/model", Set.of(registry), "none"));

    assertThat(failure).hasMessageContaining("redirects more than 5 times");
    assertThat(requests).hasSize(6);
  }

  @Test
  void wrongCredentialsAreTriedOnce() throws IOException {
    List<String> requests = new CopyOnWriteArrayList<>();
    String registry =
        server(
            exchange -> {
              requests.add(exchange.getRequestURI().toString());
              send(exchange, 401, "WWW-Authenticate", "Basic realm=\"x\"");
            });
    Path none = temp.resolve("config.json");
    Files.writeString(none, "{\"auths\": {\"%s\": {\"auth\": \"YTpi\"}}}".formatted(registry));

    try (RemoteHttp http = new RemoteHttp(Set.of(registry), new DockerCredentials(none), LIMITS)) {
      int status =
          http.exchange(
              RemoteRequest.of("GET", URI.create("http://" + registry + "/v2/"), "", Map.of()),
              RemoteAnswer::status);
      assertThat(status).isEqualTo(401);
    }
    assertThat(requests).hasSize(2);
  }

  @Test
  void credentialsGoToNoTokenServerInTheClear() throws IOException {
    RemoteRequest request =
        RemoteRequest.of("GET", URI.create("https://registry.example/v2/"), "", Map.of());
    Authorizations authorizing = new Authorizations(new DockerCredentials(temp.resolve("none")));

    RemoteException failure =
        catchThrowableOfType(
            RemoteException.class,
            () ->
                authorizing.answer(
                    request,
                    List.of("Bearer realm=\"http://tokens.example/token\",service=\"x\""),
                    (uri, authorization) -> "{\"token\": \"t\"}"));

    assertThat(failure.kind()).isEqualTo(Kind.UNAUTHORIZED);
    assertThat(failure).hasMessageContaining("http://tokens.example/token");
  }

  @Test
  void aCredentialsFileThatCannotBeUsedIsNamed() throws IOException {
    Path file = Files.writeString(temp.resolve("config.json"), "{\"auths\": ");
    DockerCredentials broken = new DockerCredentials(file);
    assertThat(catchThrowableOfType(RuntimeException.class, () -> broken.basic("registry.example")))
        .hasMessageContaining("is not JSON");

    Files.writeString(file, "{\"auths\": {\"registry.example\": {\"identitytoken\": \"x\"}}}");
    assertThat(catchThrowableOfType(RuntimeException.class, () -> broken.basic("registry.example")))
        .hasMessageContaining("has neither auth nor username and password")
        .hasMessageNotContaining("\"x\"");
  }

  @Test
  void dockerHubIsFoundUnderItsOldName() throws IOException {
    Path file = temp.resolve("config.json");
    Files.writeString(file, "{\"auths\": {\"https://index.docker.io/v1/\": {\"auth\": \"YTpi\"}}}");

    assertThat(new DockerCredentials(file).basic("registry-1.docker.io")).hasValue("Basic YTpi");
  }
}
