package dev.modelfleet.runtime.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelfleet.runtime.serve.http.Tls;
import dev.modelfleet.runtime.serve.model.ServingOptions;
import dev.modelfleet.runtime.serve.model.SingleVariant;
import dev.modelfleet.runtime.serve.protocol.Access;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections by mounted certificates; the server's certificate is its clients' authority too. */
class TlsTest {

  private static final char[] PASSWORD = "password".toCharArray();
  private static final String ALIAS = "server";

  @TempDir private Path directory;
  private KeyStore keys;

  @BeforeEach
  void certificate() throws Exception {
    Path store = directory.resolve("keys.p12");
    Files.deleteIfExists(store);
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                ALIAS,
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(keytool.exitValue()).isZero();
    keys = KeyStore.getInstance("PKCS12");
    try (InputStream file = Files.newInputStream(store)) {
      keys.load(file, PASSWORD);
    }
    pem("tls.crt", "CERTIFICATE", keys.getCertificate(ALIAS).getEncoded());
    pem("tls.key", "PRIVATE KEY", keys.getKey(ALIAS, PASSWORD).getEncoded());
  }

  private Path pem(String name, String type, byte[] der) throws Exception {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return Files.writeString(
        directory.resolve(name),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(type, text, type));
  }

  @Test
  void bothProtocolsAreEncrypted() throws Exception {
    try (TestServer server = start(null);
        HttpClient client = client(false)) {
      HttpResponse<String> ready = get(client, server, HttpClient.Version.HTTP_1_1);
      assertThat(ready.statusCode()).isEqualTo(200);
      HttpResponse<String> health = grpcHealth(client, server);
      assertThat(health.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(health.statusCode()).isEqualTo(200);
      assertThat(health.body()).endsWith("\b\u0001");
      assertThatThrownBy(() -> server.get("/v2")).isInstanceOf(java.io.IOException.class);
    }
  }

  @Test
  void clientsMustShowACertificateWhereAuthoritiesAreGiven() throws Exception {
    try (TestServer server = start(directory.resolve("tls.crt"));
        HttpClient stranger = client(false);
        HttpClient known = client(true)) {
      assertThat(get(known, server, HttpClient.Version.HTTP_1_1).statusCode()).isEqualTo(200);
      assertThat(grpcHealth(known, server).statusCode()).isEqualTo(200);
      assertThatThrownBy(() -> get(stranger, server, HttpClient.Version.HTTP_1_1))
          .isInstanceOf(java.io.IOException.class);
      assertThatThrownBy(() -> grpcHealth(stranger, server))
          .isInstanceOf(java.io.IOException.class);
    }
  }

  @Test
  void certificatesThatAreReplacedAreUsedWithoutARestart() throws Exception {
    try (TestServer server = start(null)) {
      HttpClient before = client(false);
      assertThat(get(before, server, HttpClient.Version.HTTP_1_1).statusCode()).isEqualTo(200);
      Files.writeString(directory.resolve("tls.key"), "not a key");
      TestServer.eventually(() -> server.log().contains("the old ones stay in use"));
      assertThat(get(client(false), server, HttpClient.Version.HTTP_1_1).statusCode())
          .isEqualTo(200);
      certificate();
      TestServer.eventually(() -> server.log().contains("certificates replaced: in use"));
      HttpClient after = client(false);
      TestServer.eventually(
          () -> {
            try {
              return get(after, server, HttpClient.Version.HTTP_1_1).statusCode() == 200
                  && grpcHealth(after, server).statusCode() == 200;
            } catch (SSLException stillTheOldOne) {
              return false;
            }
          });
    }
  }

  @Test
  void onOnePortTheProtocolIsNegotiated() throws Exception {
    Tls tls = new Tls(directory.resolve("tls.crt"), directory.resolve("tls.key"), null);
    try (TestServer server = TestServer.onOnePort(TestVariant.of(directory, "add_sub"), tls);
        HttpClient client = client(false)) {
      assertThat(get(client, server, HttpClient.Version.HTTP_1_1).version())
          .isEqualTo(HttpClient.Version.HTTP_1_1);
      assertThat(grpcHealth(client, server).body()).endsWith("\b\u0001");
    }
  }

  @Test
  void aKeyThatCannotBeReadKeepsTheServerFromStarting() throws Exception {
    Files.writeString(directory.resolve("tls.key"), "not a key");
    assertThatThrownBy(() -> start(null).close()).isInstanceOf(ServerStartException.class);
  }

  private TestServer start(Path clientAuthorities) throws Exception {
    ServingOptions serving = new ServingOptions(TestServer.ENGINE, 1, 8);
    return TestServer.start(
        new SingleVariant("add_sub", TestVariant.of(directory, "add_sub"), serving),
        false,
        TestServer.SMALL_LIMITS,
        Access.OPEN,
        new Tls(directory.resolve("tls.crt"), directory.resolve("tls.key"), clientAuthorities));
  }

  private HttpClient client(boolean withCertificate) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry(ALIAS, keys.getCertificate(ALIAS));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
    own.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(withCertificate ? own.getKeyManagers() : null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).build();
  }

  private static HttpResponse<String> get(
      HttpClient client, TestServer server, HttpClient.Version version) throws Exception {
    URI uri = URI.create("https://localhost:" + server.server().httpPort() + "/v2/health/ready");
    return client.send(
        HttpRequest.newBuilder(uri).version(version).build(), BodyHandlers.ofString());
  }

  /** A gRPC health check by a plain HTTP/2 client: an empty message there, SERVING back. */
  private static HttpResponse<String> grpcHealth(HttpClient client, TestServer server)
      throws Exception {
    URI uri =
        URI.create(
            "https://localhost:" + server.server().grpcPort() + "/grpc.health.v1.Health/Check");
    return client.send(
        HttpRequest.newBuilder(uri)
            .version(HttpClient.Version.HTTP_2)
            .header("content-type", "application/grpc")
            .POST(BodyPublishers.ofByteArray(new byte[5]))
            .build(),
        BodyHandlers.ofString());
  }
}
