package dev.modelfleet.runtime.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.sun.management.ThreadMXBean;
import dev.modelfleet.runtime.serve.grpc.proto.ModelInferRequest;
import dev.modelfleet.runtime.serve.http.HttpLimits;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What tensors cost the heap: those of a request are there once, where Vert.x hands over what came
 * from the network; those of a response never. Counted, for all threads of the server.
 */
class AllocationTest {

  private static final ThreadMXBean THREADS =
      (ThreadMXBean) ManagementFactory.getPlatformMXBean(java.lang.management.ThreadMXBean.class);

  private static final int REQUESTS = 200;
  private static final int SMALL = 1;

  /** Items of 16 bytes: two inputs and two outputs of 128 KiB. */
  private static final int LARGE = 8_192;

  private static final long REQUEST_BYTES = 2L * LARGE * 16;

  @TempDir private Path directory;

  private interface Client {
    void ask() throws Exception;
  }

  @Test
  void overHttp() throws Exception {
    try (TestServer server =
        TestServer.start(TestVariant.of(directory, "add_sub"), 8, HttpLimits.DEFAULT)) {
      long[] threads = serverThreads(server);
      try (Socket socket = new Socket("127.0.0.1", server.server().httpPort())) {
        socket.setTcpNoDelay(true);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        long small = bytesPerRequest(threads, () -> ask(socket, in, httpRequest(SMALL)));
        long large = bytesPerRequest(threads, () -> ask(socket, in, httpRequest(LARGE)));
        assertOneCopyOfTheRequest(small, large);
      }
    }
  }

  @Test
  void overGrpc() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (TestServer server =
        TestServer.start(TestVariant.of(directory, "add_sub"), 8, HttpLimits.DEFAULT)) {
      long[] threads = serverThreads(server);
      HttpClient client =
          vertx.createHttpClient(
              new HttpClientOptions()
                  .setProtocolVersion(HttpVersion.HTTP_2)
                  .setHttp2ClearTextUpgrade(false));
      int port = server.server().grpcPort();
      long small = bytesPerRequest(threads, () -> call(client, port, grpcRequest(SMALL)));
      long large = bytesPerRequest(threads, () -> call(client, port, grpcRequest(LARGE)));
      assertOneCopyOfTheRequest(small, large);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
  }

  private static void assertOneCopyOfTheRequest(long small, long large) {
    assertThat(small).as("bytes on the heap for a small request").isLessThan(40_000);
    assertThat(large - small)
        .as("bytes on the heap for %d bytes of inputs and as many of outputs", REQUEST_BYTES)
        .isLessThan(REQUEST_BYTES * 5 / 4);
  }

  private static long[] serverThreads(TestServer server) throws Exception {
    assertThat(server.get("/v2/health/ready").statusCode()).isEqualTo(200);
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().startsWith("vert.x-") || t.getName().startsWith("infer-"))
        .mapToLong(Thread::threadId)
        .toArray();
  }

  private static long bytesPerRequest(long[] threads, Client client) throws Exception {
    for (int i = 0; i < REQUESTS; i++) {
      client.ask();
    }
    long before = allocated(threads);
    for (int i = 0; i < REQUESTS; i++) {
      client.ask();
    }
    return (allocated(threads) - before) / REQUESTS;
  }

  private static long allocated(long[] threads) {
    return Arrays.stream(THREADS.getThreadAllocatedBytes(threads)).sum();
  }

  private static void ask(Socket socket, DataInputStream in, byte[] request) throws IOException {
    socket.getOutputStream().write(request);
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.readUnsignedByte());
    }
    assertThat(head).startsWith("HTTP/1.1 200");
    String length = head.toString().toLowerCase().split("\r\ncontent-length: ")[1];
    in.skipNBytes(Long.parseLong(length.substring(0, length.indexOf('\r'))));
  }

  private static byte[] httpRequest(int items) {
    String input =
        "{\"name\":\"%s\",\"shape\":[%d,4],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":%d}}";
    String json =
        "{\"inputs\":[%s,%s],\"parameters\":{\"binary_data_output\":true}}"
            .formatted(
                input.formatted("a", items, items * 16), input.formatted("b", items, items * 16));
    String head =
        "POST /v2/models/add_sub/infer HTTP/1.1\r\nHost: x\r\nInference-Header-Content-Length: %d\r\nContent-Length: %d\r\n\r\n"
            .formatted(json.length(), json.length() + items * 32);
    byte[] start = (head + json).getBytes(StandardCharsets.US_ASCII);
    return Arrays.copyOf(start, start.length + items * 32);
  }

  private static void call(HttpClient client, int port, byte[] message) throws Exception {
    String status =
        client
            .request(
                HttpMethod.POST, port, "127.0.0.1", "/inference.GRPCInferenceService/ModelInfer")
            .compose(
                request ->
                    request
                        .putHeader("content-type", "application/grpc")
                        .send(Buffer.buffer(message)))
            .compose(response -> response.body().map(body -> response.getTrailer("grpc-status")))
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    assertThat(status).isEqualTo("0");
  }

  private static byte[] grpcRequest(int items) {
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName("add_sub");
    for (String name : new String[] {"a", "b"}) {
      request.addInputsBuilder().setName(name).setDatatype("FP32").addShape(items).addShape(4);
      request.addRawInputContents(ByteString.copyFrom(new byte[items * 16]));
    }
    byte[] message = request.build().toByteArray();
    return ByteBuffer.allocate(5 + message.length)
        .put((byte) 0)
        .putInt(message.length)
        .put(message)
        .array();
  }
}
