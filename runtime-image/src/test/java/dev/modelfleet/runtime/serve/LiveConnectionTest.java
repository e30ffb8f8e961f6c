package dev.modelfleet.runtime.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.runtime.serve.http.HttpLimits;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A client that has deadlines cancels calls, and one that asks for what can't be done is refused:
 * neither may cost it the connection, and with it all other calls that are under way.
 */
class LiveConnectionTest {

  private static final int CALLS = 1_000;
  private static final long CANCEL = 8;

  @TempDir private Path directory;

  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger closed = new AtomicInteger();
  private final HttpClient client =
      vertx
          .httpClientBuilder()
          .with(
              new HttpClientOptions()
                  .setProtocolVersion(HttpVersion.HTTP_2)
                  .setHttp2ClearTextUpgrade(false)
                  .setHttp2MaxPoolSize(1))
          .withConnectHandler(
              connection -> connection.closeHandler(done -> closed.incrementAndGet()))
          .build();

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  @Test
  void callsThatAreCancelledDoNotEndTheConnection() throws Exception {
    try (TestServer server = start()) {
      for (int i = 0; i < CALLS; i++) {
        HttpClientRequest request = await(request(server));
        await(request.sendHead());
        request.reset(CANCEL);
      }
      assertStillAnswers(server);
    }
  }

  @Test
  void callsThatAreRefusedBeforeTheirEndDoNotEndTheConnection() throws Exception {
    byte[] tooLarge = ByteBuffer.allocate(5).putInt(1, Integer.MAX_VALUE).array();
    try (TestServer server = start()) {
      for (int i = 0; i < CALLS; i++) {
        HttpClientRequest request = await(request(server));
        await(request.setChunked(true).write(Buffer.buffer(tooLarge)));
        assertThat(await(request.response()).getHeader("grpc-status")).isEqualTo("8");
      }
      assertStillAnswers(server);
    }
  }

  private TestServer start() throws Exception {
    return TestServer.start(TestVariant.of(directory, "add_sub"), 8, HttpLimits.DEFAULT);
  }

  private Future<HttpClientRequest> request(TestServer server) {
    return client
        .request(
            HttpMethod.POST,
            server.server().grpcPort(),
            "127.0.0.1",
            "/inference.GRPCInferenceService/ModelInfer")
        .map(request -> request.putHeader("content-type", "application/grpc"))
        .map(request -> request.exceptionHandler(reset -> {}));
  }

  private void assertStillAnswers(TestServer server) throws Exception {
    Future<String> status =
        request(server)
            .compose(request -> request.send(Buffer.buffer(GrpcCalls.addition())))
            .compose(response -> response.body().map(body -> response.getTrailer("grpc-status")));
    assertThat(await(status)).isEqualTo("0");
    assertThat(closed).as("connections that the server closed").hasValue(0);
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }
}
