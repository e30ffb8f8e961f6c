package dev.modelfleet.runtime.serve.grpc;

import com.google.protobuf.CodedInputStream;
import dev.modelfleet.runtime.serve.http.BodyBudget;
import dev.modelfleet.runtime.serve.http.BodyEncoding;
import dev.modelfleet.runtime.serve.http.Connections;
import dev.modelfleet.runtime.serve.http.FlushJoining;
import dev.modelfleet.runtime.serve.http.HttpLimits;
import dev.modelfleet.runtime.serve.http.Tls;
import dev.modelfleet.runtime.serve.model.ModelRepository;
import dev.modelfleet.runtime.serve.protocol.Access;
import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.ServingState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The Open Inference Protocol over gRPC. gRPC's framing is little enough to be done here, straight
 * on buffers: no gRPC library is loaded.
 */
public final class GrpcFrontEnd {

  private static final ByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;
  private static final String HEALTH = "/grpc.health.v1.Health/";
  private static final String INFER = DescriptionMethods.INFERENCE_SERVICE + "/ModelInfer";
  private static final String STREAM = DescriptionMethods.INFERENCE_SERVICE + "/ModelStreamInfer";
  private static final int STREAM_WINDOW = 1 << 20;
  private static final int CONNECTION_WINDOW = 4 << 20;

  private final Vertx vertx;
  private final ModelRepository models;
  private final HttpLimits limits;
  private final BodyBudget budget;
  private final Access access;
  private final Connections connections;
  private final DescriptionMethods descriptions;
  private final AtomicInteger inFlight = new AtomicInteger();
  private HttpServer server;

  /**
   * A front end that does not listen yet.
   *
   * @param state whether the whole server is ready
   * @param budget of all transports together
   * @param access who may ask anything but health
   * @param version of the server, as its metadata tells
   */
  public GrpcFrontEnd(
      Vertx vertx,
      ModelRepository models,
      Supplier<ServingState> state,
      HttpLimits limits,
      BodyBudget budget,
      Access access,
      String version) {
    this.vertx = vertx;
    this.models = models;
    this.limits = limits;
    this.budget = budget;
    this.access = access;
    this.connections = new Connections(limits);
    this.descriptions = new DescriptionMethods(models, state, version);
  }

  /** Listens and gives the port, which the system chooses for port 0. */
  public Future<Integer> listen(String host, int port, Tls tls) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(host)
            .setPort(port)
            .setTcpNoDelay(true)
            .setInitialSettings(new Http2Settings().setInitialWindowSize(STREAM_WINDOW))
            .setHttp2ConnectionWindowSize(CONNECTION_WINDOW);
    server =
        vertx
            .createHttpServer(tls.applyTo(options, true))
            .connectionHandler(this::opened)
            .requestHandler(this::handle);
    long period = Math.max(100, limits.firstRequestTimeout().toMillis() / 4);
    vertx.setPeriodic(period, id -> connections.sweep(System.nanoTime()));
    return server.listen().map(HttpServer::actualPort);
  }

  private void opened(HttpConnection connection) {
    FlushJoining.on(connection);
    connections.opened(connection);
  }

  /** Takes no new connection and closes the open ones. */
  public Future<Void> close() {
    return server == null ? Future.succeededFuture() : server.close();
  }

  /** Calls that have not ended. */
  public int inFlight() {
    return inFlight.get();
  }

  private void handle(HttpServerRequest request) {
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    if (request.version() != HttpVersion.HTTP_2) {
      request.response().setStatusCode(505).end("this port speaks gRPC over HTTP/2\n");
      return;
    }
    if (type == null || !type.startsWith(GrpcReplies.CONTENT_TYPE.toString())) {
      request.response().setStatusCode(415).end("this port speaks gRPC: application/grpc\n");
      return;
    }
    count(request);
    try {
      if (!request.path().startsWith(HEALTH)) {
        access.check(request.getHeader(HttpHeaders.AUTHORIZATION));
      }
      begin(request);
    } catch (ProtocolException e) {
      GrpcReplies.begin(request.response());
      GrpcReplies.end(request.response(), e);
    }
  }

  private void count(HttpServerRequest request) {
    inFlight.incrementAndGet();
    connections.requestStarted(request.connection());
    AtomicBoolean over = new AtomicBoolean();
    request
        .response()
        .endHandler(ended -> finished(request, over))
        .closeHandler(closed -> finished(request, over));
  }

  private void finished(HttpServerRequest request, AtomicBoolean over) {
    if (over.compareAndSet(false, true)) {
      inFlight.decrementAndGet();
      connections.requestEnded(request.connection());
    }
  }

  private void begin(HttpServerRequest request) {
    String path = request.path().substring(1);
    boolean streaming = path.equals(STREAM);
    BodyEncoding encoding = BodyEncoding.of(request.getHeader("grpc-encoding"));
    MessageFrames frames = new MessageFrames(limits.maxBodyBytes(), encoding, ALLOCATOR);
    GrpcExchange.Method method =
        streaming || path.equals(INFER)
            ? new InferMethod(models, ALLOCATOR, streaming, GrpcTimeout.micros(request))
            : (message, answer) -> describe(path, message, answer);
    GrpcExchange exchange =
        new GrpcExchange(request, vertx.getOrCreateContext(), frames, budget, streaming, method);
    exchange.start();
    if (!streaming) {
      long timer = vertx.setTimer(limits.bodyTimeout().toMillis(), id -> exchange.timedOut());
      exchange.onEnd(() -> vertx.cancelTimer(timer));
    }
  }

  private void describe(String path, ByteBuf message, GrpcExchange.Answer answer) {
    byte[] bytes = ByteBufUtil.getBytes(message);
    if (!DescriptionMethods.isBlocking(path)) {
      answer.send(answer(path, bytes));
      return;
    }
    vertx
        .executeBlocking(() -> answer(path, bytes), false)
        .onSuccess(answer::send)
        .onFailure(failure -> answer.refuse(reason(failure)));
  }

  private static ProtocolException reason(Throwable failure) {
    return failure instanceof ProtocolException refusal
        ? refusal
        : new ProtocolException(ErrorCode.INTERNAL, "internal error: " + failure);
  }

  private ByteBuf answer(String path, byte[] message) {
    try {
      CodedInputStream input = CodedInputStream.newInstance(message);
      return GrpcReplies.frame(descriptions.answer(path, input), ALLOCATOR);
    } catch (IOException e) {
      throw ProtocolException.invalid("not a message of %s: %s", path, e.getMessage());
    }
  }
}
