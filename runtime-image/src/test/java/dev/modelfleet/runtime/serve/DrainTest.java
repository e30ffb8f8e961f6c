package dev.modelfleet.runtime.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What clients meet that call all along while the server ends: answers, until they go elsewhere.
 */
class DrainTest {

  private static final Duration DRAIN = Duration.ofSeconds(2);
  private static final Executor THREADS = Thread::startVirtualThread;
  private static final String INFER = "/v2/models/add_sub/infer";
  private static final String ADDITION =
      """
      {"inputs":[{"name":"a","shape":[1,4],"datatype":"FP32","data":[1,0,0,0]},\
      {"name":"b","shape":[1,4],"datatype":"FP32","data":[1,0,0,0]}]}\
      """;

  @TempDir private Path directory;

  /** A client that calls until it has enough. */
  private record Caller(AtomicInteger answers, AtomicBoolean over, CompletableFuture<Void> end) {

    static Caller start(Callable<Integer> call) {
      AtomicInteger answers = new AtomicInteger();
      AtomicBoolean over = new AtomicBoolean();
      CompletableFuture<Void> end = new CompletableFuture<>();
      Thread.startVirtualThread(() -> call(call, answers, over, end));
      return new Caller(answers, over, end);
    }

    private static void call(
        Callable<Integer> call,
        AtomicInteger answers,
        AtomicBoolean over,
        CompletableFuture<Void> end) {
      try {
        while (!over.get()) {
          assertThat(call.call()).isEqualTo(200);
          answers.incrementAndGet();
        }
        end.complete(null);
      } catch (Exception | AssertionError e) {
        end.completeExceptionally(e);
      }
    }

    void awaitMore() throws Exception {
      int before = answers.get();
      TestServer.eventually(() -> end.isDone() || answers.get() > before + 3);
    }
  }

  @Test
  void newAndKeptConnectionsAreAnsweredWhileTheServerDrains() throws Exception {
    TestServer server = leaving();
    Caller fresh = Caller.start(() -> answeredAnew(server));
    Caller kept = Caller.start(() -> server.post(INFER, ADDITION).statusCode());
    fresh.awaitMore();
    kept.awaitMore();

    CompletableFuture<Void> closing = CompletableFuture.runAsync(server.server()::close, THREADS);
    TestServer.eventually(() -> server.get("/v2/health/ready").statusCode() == 503);
    fresh.awaitMore();
    kept.awaitMore();
    HttpResponse<String> last = server.post(INFER, ADDITION);
    fresh.over().set(true);
    kept.over().set(true);

    assertThat(last.statusCode()).isEqualTo(200);
    assertThat(last.headers().firstValue("connection")).contains("close");
    fresh.end().get(20, TimeUnit.SECONDS);
    kept.end().get(20, TimeUnit.SECONDS);
    closing.join();
    assertThatThrownBy(() -> answeredAnew(server)).isInstanceOf(ConnectException.class);
    assertThat(server.log()).contains("stopped, every request answered");
    server.client().close();
  }

  private static int answeredAnew(TestServer server) throws IOException {
    try (PlainConnection connection = new PlainConnection(server.server().httpPort())) {
      return connection.post(INFER, ADDITION).status();
    }
  }

  @Test
  void callsOnAnOpenGrpcConnectionAreAnsweredUntilItIsToldToGo() throws Exception {
    TestServer server = leaving();
    try (GrpcCalls calls = new GrpcCalls(server.server().grpcPort())) {
      var request = calls.open("ModelInfer");
      CompletableFuture<Void> told = new CompletableFuture<>();
      request.connection().goAwayHandler(goAway -> told.complete(null));
      var last = GrpcCalls.ending(request);
      request.write(Buffer.buffer(new byte[] {0}));
      CompletableFuture<Void> closing = CompletableFuture.runAsync(server.server()::close, THREADS);
      TestServer.eventually(() -> server.get("/v2/health/ready").statusCode() == 503);

      assertThat(calls.call("ModelInfer", GrpcCalls.addition()).status()).isEqualTo("0");
      told.join();
      byte[] addition = GrpcCalls.addition();
      request.end(Buffer.buffer(Arrays.copyOfRange(addition, 1, addition.length)));
      assertThat(GrpcCalls.await(last).status()).isEqualTo("0");
      closing.join();
    }
    assertThat(server.log()).contains("stopped, every request answered");
    server.client().close();
  }

  private TestServer leaving() throws Exception {
    return TestServer.leaving(TestVariant.of(directory, "add_sub"), DRAIN);
  }
}
