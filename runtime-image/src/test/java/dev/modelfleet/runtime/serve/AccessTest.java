package dev.modelfleet.runtime.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelfleet.runtime.serve.http.Tls;
import dev.modelfleet.runtime.serve.model.ServingOptions;
import dev.modelfleet.runtime.serve.model.SingleVariant;
import dev.modelfleet.runtime.serve.protocol.Access;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that wants a bearer token answers nobody else, but tells everybody how it is. */
class AccessTest {

  @TempDir private Path directory;

  @Test
  void overHttpOnlyHealthIsToldWithoutTheToken() throws Exception {
    try (TestServer server = start()) {
      assertThat(server.get("/v2/health/live").statusCode()).isEqualTo(200);
      assertThat(server.get("/v2/health/ready").statusCode()).isEqualTo(200);
      for (String path : new String[] {"/v2", "/v2/models/add_sub", "/v2/models/stats", "/"}) {
        assertThat(server.get(path).statusCode()).as(path).isEqualTo(401);
      }
      HttpResponse<String> inference = server.post("/v2/models/add_sub/infer", "{}");
      assertThat(inference.statusCode()).isEqualTo(401);
      assertThat(inference.body()).contains("Authorization: Bearer TOKEN").doesNotContain("s3cret");
      assertThat(metadata(server, "Bearer wrong").statusCode()).isEqualTo(401);
      assertThat(metadata(server, "Basic s3cret").statusCode()).isEqualTo(401);
      assertThat(metadata(server, "Bearer s3cret").statusCode()).isEqualTo(200);
      assertThat(metadata(server, "bearer s3cret").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void overGrpcOnlyHealthIsToldWithoutTheToken() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (TestServer server = start()) {
      assertThat(grpc(vertx, server, "/grpc.health.v1.Health/Check", null)).isEqualTo("0");
      String metadata = "/inference.GRPCInferenceService/ServerMetadata";
      assertThat(grpc(vertx, server, metadata, null)).isEqualTo("16");
      assertThat(grpc(vertx, server, metadata, "Bearer wrong")).isEqualTo("16");
      assertThat(grpc(vertx, server, metadata, "Bearer s3cret")).isEqualTo("0");
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void aTokenThatIsReplacedIsTakenWithoutARestart() throws Exception {
    try (TestServer server = start()) {
      assertThat(metadata(server, "Bearer s3cret").statusCode()).isEqualTo(200);
      Files.writeString(directory.resolve("token"), "");
      TestServer.eventually(() -> server.log().contains("the old ones stay in use"));
      assertThat(metadata(server, "Bearer s3cret").statusCode()).isEqualTo(200);
      Files.writeString(directory.resolve("token"), "another");
      TestServer.eventually(() -> metadata(server, "Bearer another").statusCode() == 200);
      assertThat(metadata(server, "Bearer s3cret").statusCode()).isEqualTo(401);
    }
  }

  @Test
  void aTokenFileMustHoldOneToken() throws Exception {
    for (String text : new String[] {"", " \n", "two words", "größer"}) {
      assertThatThrownBy(() -> Access.byToken(Files.writeString(directory.resolve("t"), text)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("must hold one token");
    }
  }

  private TestServer start() throws Exception {
    Path token = Files.writeString(directory.resolve("token"), "s3cret\n");
    ServingOptions serving = new ServingOptions(TestServer.ENGINE, 1, 8);
    return TestServer.start(
        new SingleVariant("add_sub", TestVariant.of(directory, "add_sub"), serving),
        false,
        TestServer.SMALL_LIMITS,
        Access.byToken(token),
        Tls.OFF);
  }

  private static HttpResponse<String> metadata(TestServer server, String authorization)
      throws Exception {
    return server
        .client()
        .send(
            server.request("/v2/models/add_sub").header("Authorization", authorization).build(),
            BodyHandlers.ofString());
  }

  /** The status of a call with an empty message. */
  private static String grpc(Vertx vertx, TestServer server, String method, String authorization)
      throws Exception {
    HttpClient client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false));
    return client
        .request(HttpMethod.POST, server.server().grpcPort(), "127.0.0.1", method)
        .compose(
            request -> {
              request.putHeader("content-type", "application/grpc");
              if (authorization != null) {
                request.putHeader("authorization", authorization);
              }
              return request.send(Buffer.buffer(new byte[5]));
            })
        .compose(
            response ->
                response
                    .end()
                    .map(
                        ended -> {
                          String early = response.getHeader("grpc-status");
                          return early == null ? response.getTrailer("grpc-status") : early;
                        }))
        .toCompletionStage()
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }
}
