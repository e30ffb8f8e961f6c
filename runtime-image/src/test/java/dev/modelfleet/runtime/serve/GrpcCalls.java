package dev.modelfleet.runtime.serve;

import com.google.protobuf.ByteString;
import dev.modelfleet.runtime.serve.grpc.proto.ModelInferRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;

/** gRPC calls frame by frame, as no client library would make them. */
final class GrpcCalls implements AutoCloseable {

  /** What a call came to. */
  record Result(String status, String message, byte[] body) {}

  private static final String SERVICE = "/inference.GRPCInferenceService/";

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client =
      vertx.createHttpClient(
          new HttpClientOptions()
              .setProtocolVersion(HttpVersion.HTTP_2)
              .setHttp2ClearTextUpgrade(false));
  private final int port;

  GrpcCalls(int port) {
    this.port = port;
  }

  /** A call that has begun, and to which nothing was sent yet. */
  HttpClientRequest open(String method, String... headers) throws Exception {
    String path = method.startsWith("/") ? method : SERVICE + method;
    HttpClientRequest request = await(client.request(HttpMethod.POST, port, "127.0.0.1", path));
    request.putHeader("content-type", "application/grpc").setChunked(true);
    for (int i = 0; i < headers.length; i += 2) {
      request.putHeader(headers[i], headers[i + 1]);
    }
    return request;
  }

  /** Sends these bytes and ends the client's side. */
  Result call(String method, byte[] body, String... headers) throws Exception {
    HttpClientRequest request = open(method, headers);
    Future<Result> ending = ending(request);
    await(request.end(Buffer.buffer(body)));
    return await(ending);
  }

  /** The end of a call; to be asked for before anything is sent, or the answer may be missed. */
  static Future<Result> ending(HttpClientRequest request) {
    return request
        .response()
        .compose(
            response ->
                response
                    .body()
                    .map(
                        body ->
                            new Result(
                                header(response, "grpc-status"),
                                header(response, "grpc-message"),
                                body.getBytes())));
  }

  private static String header(HttpClientResponse response, String name) {
    String trailer = response.getTrailer(name);
    return trailer == null ? response.getHeader(name) : trailer;
  }

  static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  /** A frame with a request that the model add_sub answers. */
  static byte[] addition() {
    return addition(0);
  }

  /** The same with this number first. */
  static byte[] addition(float first) {
    ByteBuffer a = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, first);
    var request =
        ModelInferRequest.newBuilder()
            .setModelName("add_sub")
            .addRawInputContents(ByteString.copyFrom(a))
            .addRawInputContents(ByteString.copyFrom(new byte[16]));
    request.addInputsBuilder().setName("a").setDatatype("FP32").addShape(1).addShape(4);
    request.addInputsBuilder().setName("b").setDatatype("FP32").addShape(1).addShape(4);
    return frame(0, request.build().toByteArray());
  }

  /** A message with its prefix. */
  static byte[] frame(int flag, byte[] message) {
    return Buffer.buffer()
        .appendByte((byte) flag)
        .appendInt(message.length)
        .appendBytes(message)
        .getBytes();
  }

  @Override
  public void close() throws Exception {
    await(client.close());
    await(vertx.close());
  }
}
