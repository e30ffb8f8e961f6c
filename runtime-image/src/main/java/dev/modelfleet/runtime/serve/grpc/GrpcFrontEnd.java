package dev.modelfleet.runtime.serve.grpc;

import com.google.protobuf.CodedInputStream;
import dev.modelfleet.runtime.serve.http.BodyEncoding;
import dev.modelfleet.runtime.serve.http.FlushJoining;
import dev.modelfleet.runtime.serve.http.FrontEndContext;
import dev.modelfleet.runtime.serve.http.Http2;
import dev.modelfleet.runtime.serve.http.Tls;
import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The Open Inference Protocol over gRPC. gRPC's framing is little enough to be done here, straight
 * on buffers: no gRPC library is loaded.
 */
public final class GrpcFrontEnd {

  private static final ByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;
  private static final String HEALTH = "/grpc.health.v1.Health/";
  private static final String WATCH = HEALTH + "Watch";
  private static final String INFER = DescriptionMethods.INFERENCE_SERVICE + "/ModelInfer";
  private static final String STREAM = DescriptionMethods.INFERENCE_SERVICE + "/ModelStreamInfer";
  private final FrontEndContext context;
  private final DescriptionMethods descriptions;
  private final AtomicInteger inFlight = new AtomicInteger();
  private HttpServer server;

  /** A front end that does not listen yet. */
  public GrpcFrontEnd(FrontEndContext context) {
    this.context = context;
    this.descriptions =
        new DescriptionMethods(context.models(), context.state(), context.version());
  }

  /** Listens and gives the port, which the system chooses for port 0. */
  public Future<Integer> listen(String host, int port, Tls tls) {
    HttpServerOptions options =
        Http2.configure(new HttpServerOptions().setHost(host).setPort(port).setTcpNoDelay(true));
    server =
        context
            .vertx()
            .createHttpServer(tls.applyTo(options, true))
            .connectionHandler(this::opened)
            .requestHandler(this::handle);
    return server.listen().map(HttpServer::actualPort);
  }

  private void opened(HttpConnection connection) {
    FlushJoining.on(connection);
    context.connections().opened(connection);
  }

  /** Uses certificates that have been replaced for connections from now on. */
  public Future<Boolean> reread(Tls tls) {
    return server == null
        ? Future.succeededFuture(false)
        : server.updateSSLOptions(tls.sslOptions(true), true);
  }

  /** Takes no new connection and closes the open ones. */
  public Future<Void> close() {
    return server == null ? Future.succeededFuture() : server.close();
  }

  /** Calls that have not ended. */
  public int inFlight() {
    return inFlight.get();
  }

  /** Answers a call; also one that came to the port of HTTP. */
  public void handle(HttpServerRequest request) {
    if (request.version() != HttpVersion.HTTP_2) {
      request.response().setStatusCode(505).end("this port speaks gRPC over HTTP/2\n");
      return;
    }
    if (!Http2.isGrpc(request)) {
      request.response().setStatusCode(415).end("this port speaks gRPC: application/grpc\n");
      return;
    }
    Call call = count(request);
    try {
      if (!request.path().startsWith(HEALTH)) {
        context.access().check(request.getHeader(HttpHeaders.AUTHORIZATION));
      }
      begin(request, call);
    } catch (ProtocolException e) {
      GrpcReplies.begin(request.response(), BodyEncoding.IDENTITY);
      GrpcReplies.end(request, e);
    }
  }

  /** A call until its stream is closed, by whichever side. */
  private static final class Call {
    private final AtomicBoolean over = new AtomicBoolean();
    private Runnable onEnd = () -> {};
  }

  private Call count(HttpServerRequest request) {
    // Whoever watches the health is never done, and does not keep the server from stopping.
    int calls = isWatch(request) ? 0 : 1;
    inFlight.addAndGet(calls);
    context.connections().requestStarted(request.connection());
    Call call = new Call();
    request
        .response()
        .endHandler(ended -> finished(request, calls, call))
        .closeHandler(closed -> finished(request, calls, call));
    return call;
  }

  private static boolean isWatch(HttpServerRequest request) {
    return request.path().equals(WATCH);
  }

  private void finished(HttpServerRequest request, int calls, Call call) {
    if (call.over.compareAndSet(false, true)) {
      call.onEnd.run();
      inFlight.addAndGet(-calls);
      context.connections().requestEnded(request.connection());
    }
  }

  private void begin(HttpServerRequest request, Call call) {
    String path = request.path().substring(1);
    boolean streaming = path.equals(STREAM);
    BodyEncoding encoding = BodyEncoding.of(request.getHeader("grpc-encoding"));
    MessageFrames frames = new MessageFrames(context.limits().maxBodyBytes(), encoding, ALLOCATOR);
    GrpcExchange exchange =
        new GrpcExchange(
            request,
            vertx().getOrCreateContext(),
            frames,
            context.budget(),
            streaming,
            method(path, encoding, request));
    // A client may cancel a call that it has sent in full: nothing of it must stay behind.
    call.onEnd = exchange::abandon;
    exchange.start(encoding, context.limits().bodyTimeout());
  }

  private GrpcExchange.Method method(
      String path, BodyEncoding encoding, HttpServerRequest request) {
    boolean streaming = path.equals(STREAM);
    if (streaming || path.equals(INFER)) {
      return new InferMethod(context, ALLOCATOR, encoding, streaming, request);
    }
    if (isWatch(request)) {
      return new HealthWatch(context, request, descriptions);
    }
    return (message, answer) -> describe(path, message, answer);
  }

  private Vertx vertx() {
    return context.vertx();
  }

  private void describe(String path, ByteBuf message, GrpcExchange.Answer answer) {
    byte[] bytes = ByteBufUtil.getBytes(message);
    if (!DescriptionMethods.isBlocking(path)) {
      answer.send(answer(path, bytes));
      return;
    }
    vertx()
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
