package dev.modelfleet.operator.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RegistryClientTest {

  private static final String DIGEST = "sha256:" + "1".repeat(64);

  private HttpServer server;
  private String address;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    address = "127.0.0.1:" + server.getAddress().getPort();
    server.createContext("/v2/open/manifests/1", exchange -> digest(exchange));
    server.createContext("/v2/basic/manifests/1", this::basicOnly);
    server.createContext("/v2/token/manifests/1", this::tokenOnly);
    server.createContext("/token", this::token);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void anonymousAccess() throws InterruptedException {
    assertThat(resolve("open", RegistryCredentials.anonymous()))
        .isEqualTo(new Resolution.Resolved(DIGEST));
  }

  @Test
  void basicAuthentication() throws InterruptedException {
    assertThat(resolve("basic", credentials("user:right")))
        .isEqualTo(new Resolution.Resolved(DIGEST));
    assertThat(resolve("basic", credentials("user:wrong")))
        .isInstanceOfSatisfying(
            Resolution.Unresolved.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo("RegistryAuth");
              assertThat(refused.message()).contains("renew the Secret").doesNotContain("wrong");
            });
  }

  @Test
  void bearerTokenAuthentication() throws InterruptedException {
    assertThat(resolve("token", credentials("user:right")))
        .isEqualTo(new Resolution.Resolved(DIGEST));
    assertThat(resolve("token", RegistryCredentials.anonymous()))
        .isInstanceOfSatisfying(
            Resolution.Unresolved.class,
            refused -> assertThat(refused.message()).contains("set pullSecretRef"));
  }

  @Test
  void whatIsNotThereAndWhoDoesNotAnswer() throws InterruptedException {
    assertThat(resolve("none", RegistryCredentials.anonymous()))
        .isEqualTo(
            new Resolution.Unresolved(
                "SourceNotFound",
                "registry " + address + " has no none:1: check repository and tag, or push it"));
    server.stop(0);
    assertThat(resolve("open", RegistryCredentials.anonymous()))
        .isInstanceOfSatisfying(
            Resolution.Unresolved.class,
            away -> assertThat(away.reason()).isEqualTo("SourceUnreachable"));
  }

  @Test
  void referencesAreParsed() {
    assertThat(ImageReference.parse("oci://h:5000/a/b:1.0"))
        .hasValue(new ImageReference("h:5000", "a/b", "1.0", null));
    assertThat(ImageReference.parse("oci://h/a@" + DIGEST))
        .hasValue(new ImageReference("h", "a", null, DIGEST));
    assertThat(ImageReference.parse("oci://h/a")).map(ImageReference::manifest).hasValue("latest");
    assertThat(ImageReference.parse("https://h/a")).isEmpty();
    assertThat(ImageReference.parse("oci://h/a/../b:1 x")).isEmpty();
  }

  private Resolution resolve(String repository, RegistryCredentials credentials)
      throws InterruptedException {
    RegistryClient client = new RegistryClient(Duration.ofSeconds(2), Set.of(address));
    return client.resolve(new ImageReference(address, repository, "1", null), credentials);
  }

  private RegistryCredentials credentials(String pair) {
    String json = "{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}".formatted(address, base64(pair));
    return RegistryCredentials.from(
        new SecretBuilder()
            .withNewMetadata()
            .withName("pull")
            .endMetadata()
            .addToData(".dockerconfigjson", base64(json))
            .build());
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void digest(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Docker-Content-Digest", DIGEST);
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private void basicOnly(HttpExchange exchange) throws IOException {
    authorized(exchange, "Basic " + base64("user:right"), "Basic realm=\"r\"");
  }

  private void tokenOnly(HttpExchange exchange) throws IOException {
    String challenge =
        "Bearer realm=\"http://%s/token\",service=\"s\",scope=\"repository:token:pull\""
            .formatted(address);
    authorized(exchange, "Bearer t0ken", challenge);
  }

  private static void authorized(HttpExchange exchange, String wanted, String challenge)
      throws IOException {
    if (wanted.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
      digest(exchange);
      return;
    }
    try (exchange) {
      exchange.getResponseHeaders().set("WWW-Authenticate", challenge);
      exchange.sendResponseHeaders(401, -1);
    }
  }

  private void token(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean right =
          ("Basic " + base64("user:right"))
              .equals(exchange.getRequestHeaders().getFirst("Authorization"));
      byte[] body = "{\"token\":\"t0ken\"}".getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(right ? 200 : 401, right ? body.length : -1);
      if (right) {
        exchange.getResponseBody().write(body);
      }
    }
  }
}
