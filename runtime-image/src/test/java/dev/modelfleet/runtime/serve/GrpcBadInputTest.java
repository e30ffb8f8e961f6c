package dev.modelfleet.runtime.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.modelfleet.runtime.serve.grpc.proto.ModelStreamInferResponse;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls that no well-behaved client makes: each gets its error, and the server stays as it was. */
class GrpcBadInputTest {

  private static final int SERVING = 1;

  @TempDir private static Path directory;
  private static TestServer server;
  private static GrpcCalls calls;

  @BeforeAll
  static void start() throws Exception {
    server = TestServer.start(TestVariant.of(directory, "add_sub"), 64);
    calls = new GrpcCalls(server.server().grpcPort());
  }

  @AfterAll
  static void stop() throws Exception {
    calls.close();
    server.close();
  }

  /** The memory is given back and other clients are answered, whatever happened. */
  @AfterEach
  void nothingIsLeft() throws Exception {
    assertThat(calls.call("ModelInfer", GrpcCalls.addition()).status()).isEqualTo("0");
    TestServer.eventually(
        () ->
            server.metrics().contains("modelfleet_request_body_bytes 0\n")
                && server.metrics().contains("modelfleet_requests_in_flight 0\n"));
  }

  static Stream<Arguments> messages() {
    byte[] good = GrpcCalls.addition();
    byte[] flagged = good.clone();
    flagged[0] = 1;
    return Stream.of(
        arguments("no message", new byte[0], "3", "has no message"),
        arguments("half a prefix", new byte[3], "3", "ends within a message"),
        arguments("half a message", Arrays.copyOf(good, 20), "3", "ends within a message"),
        arguments("two messages", twice(good), "3", "takes one message"),
        arguments("no protobuf", GrpcCalls.frame(0, new byte[] {-1, -1}), "3", "not a Model"),
        arguments("compressed without saying how", flagged, "3", "flag 1 without"),
        arguments("a length of 2 GiB", new byte[] {0, 127, -1, -1, -1, 1}, "8", "larger than"));
  }

  private static byte[] twice(byte[] bytes) {
    return Buffer.buffer(bytes).appendBytes(bytes).getBytes();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("messages")
  void brokenMessagesAreRefused(String what, byte[] body, String status, String reason)
      throws Exception {
    GrpcCalls.Result result = calls.call("ModelInfer", body);
    assertThat(result.status()).isEqualTo(status);
    assertThat(result.message()).contains(reason);
  }

  @Test
  void brokenGzipIsRefused() throws Exception {
    byte[] body = GrpcCalls.frame(1, "no gzip".getBytes(StandardCharsets.UTF_8));
    GrpcCalls.Result result = calls.call("ModelInfer", body, "grpc-encoding", "gzip");
    assertThat(result.status()).isEqualTo("3");
    assertThat(result.message()).contains("not valid gzip");
  }

  @Test
  void aMessageThatUnpacksBeyondTheLimitIsRefused() throws Exception {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
      gzip.write(new byte[3 << 20]);
    }
    byte[] body = GrpcCalls.frame(1, bomb.toByteArray());
    GrpcCalls.Result result = calls.call("ModelInfer", body, "grpc-encoding", "gzip");
    assertThat(result.status()).isEqualTo("8");
    assertThat(result.message()).contains("unpacks to more than");
  }

  @Test
  void anUnaryCallThatSendsNothingIsTimedOut() throws Exception {
    HttpClientRequest request = calls.open("ModelInfer");
    Future<GrpcCalls.Result> ending = GrpcCalls.ending(request);
    GrpcCalls.await(request.sendHead());
    assertThat(GrpcCalls.await(ending).status()).isEqualTo("4");
  }

  @Test
  void aStreamThatStopsWithinAMessageIsTimedOut() throws Exception {
    HttpClientRequest request = calls.open("ModelStreamInfer");
    Future<GrpcCalls.Result> ending = GrpcCalls.ending(request);
    GrpcCalls.await(request.write(Buffer.buffer(Arrays.copyOf(GrpcCalls.addition(), 30))));
    GrpcCalls.Result result = GrpcCalls.await(ending);
    assertThat(result.status()).isEqualTo("4");
    assertThat(result.message()).contains("did not arrive in time");
  }

  @Test
  void aHalfClosedStreamIsAnsweredInFullAndEnded() throws Exception {
    GrpcCalls.Result result = calls.call("ModelStreamInfer", twice(GrpcCalls.addition()));
    assertThat(result.status()).isEqualTo("0");
    Buffer answers = Buffer.buffer(result.body());
    int first = answers.getInt(1);
    assertThat(ModelStreamInferResponse.parseFrom(answers.getBytes(5, 5 + first)))
        .extracting(answer -> answer.getInferResponse().getModelName())
        .isEqualTo("add_sub");
    assertThat(answers.length()).isEqualTo(2 * (5 + first));
  }

  @Test
  void callsThatAreResetLeaveNothingBehind() throws Exception {
    for (int i = 0; i < 20; i++) {
      HttpClientRequest request = calls.open(i % 2 == 0 ? "ModelInfer" : "ModelStreamInfer");
      GrpcCalls.await(request.write(Buffer.buffer(Arrays.copyOf(GrpcCalls.addition(), 30 + i))));
      request.reset();
    }
  }

  @Test
  void callsThatAreCancelledWhileTheyAreComputedLeaveNothingBehind() throws Exception {
    for (int i = 0; i < 20; i++) {
      HttpClientRequest request = calls.open("ModelInfer");
      GrpcCalls.await(request.end(Buffer.buffer(GrpcCalls.addition())));
      request.reset(8);
    }
  }

  @Test
  void aClientThatGoesAwayInTheMiddleLeavesNothingBehind() throws Exception {
    GrpcCalls other = new GrpcCalls(server.server().grpcPort());
    HttpClientRequest request = other.open("ModelStreamInfer");
    GrpcCalls.await(request.write(Buffer.buffer(Arrays.copyOf(GrpcCalls.addition(), 30))));
    other.close();
  }

  @Test
  void aSocketThatDripsOrIsSilentIsClosed() throws Exception {
    for (String begin : new String[] {"", "PRI * HT", "GET / HTTP/1.1\r\nHo"}) {
      try (Socket socket = new Socket("127.0.0.1", server.server().grpcPort())) {
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(begin.getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().read()).as(begin).isEqualTo(-1);
      }
    }
  }

  @Test
  void watchTellsTheHealthAtOnceAndGoesOn() throws Exception {
    HttpClientRequest request = calls.open("/grpc.health.v1.Health/Watch");
    Future<Buffer> first = request.response().compose(GrpcBadInputTest::firstPiece);
    GrpcCalls.await(request.end(Buffer.buffer(new byte[5])));
    Buffer told = GrpcCalls.await(first);
    assertThat(told.getBytes()).isEqualTo(GrpcCalls.frame(0, new byte[] {8, SERVING}));
    assertThat(server.metrics()).contains("modelfleet_requests_in_flight 0\n");
    request.reset();
  }

  private static Future<Buffer> firstPiece(HttpClientResponse response) {
    Promise<Buffer> first = Promise.promise();
    response.handler(first::tryComplete);
    return first.future();
  }

  @Test
  void aCompressedRequestGetsACompressedAnswer() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    byte[] frame = GrpcCalls.addition();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(frame, 5, frame.length - 5);
    }
    GrpcCalls.Result small =
        calls.call("ModelInfer", GrpcCalls.frame(1, packed.toByteArray()), "grpc-encoding", "gzip");
    assertThat(small.status()).isEqualTo("0");
    // Too small to be worth it: the flag says so.
    assertThat(small.body()[0]).isZero();
  }
}
