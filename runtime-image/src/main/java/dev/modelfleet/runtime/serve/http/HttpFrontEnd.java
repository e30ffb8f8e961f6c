package dev.modelfleet.runtime.serve.http;

import dev.modelfleet.runtime.serve.model.ModelSlot;
import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.ServingState;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** The Open Inference Protocol over HTTP. */
public final class HttpFrontEnd {

  private static final int MAX_HEADER_BYTES = 32 << 10;
  private static final int ACCEPT_BACKLOG = 1024;

  private final FrontEndContext context;
  private final Supplier<String> page;
  private final Handler<HttpServerRequest> grpc;
  private final AtomicInteger inFlight = new AtomicInteger();
  private HttpServer server;

  /**
   * A front end that does not listen yet.
   *
   * @param page makes the page for people; may take time
   * @param grpc takes gRPC calls on this port; null where they have a port of their own
   */
  public HttpFrontEnd(
      FrontEndContext context, Supplier<String> page, Handler<HttpServerRequest> grpc) {
    this.context = context;
    this.page = page;
    this.grpc = grpc;
  }

  /** Listens and gives the port, which the system chooses for port 0. */
  public Future<Integer> listen(String host, int port, Tls tls) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(host)
            .setPort(port)
            .setMaxHeaderSize(MAX_HEADER_BYTES)
            .setAcceptBacklog(ACCEPT_BACKLOG)
            .setHandle100ContinueAutomatically(true)
            // With the upgrade to HTTP/2 a connection is known only after its first request.
            .setHttp2ClearTextEnabled(grpc != null)
            // There are no web sockets here; their handlers would look at every request.
            .setPerFrameWebSocketCompressionSupported(false)
            .setPerMessageWebSocketCompressionSupported(false)
            .setTcpNoDelay(true);
    if (grpc != null) {
      Http2.configure(options);
    }
    server =
        context
            .vertx()
            .createHttpServer(tls.applyTo(options, grpc != null))
            .connectionHandler(this::opened)
            .requestHandler(this::handle);
    long period = Math.max(100, context.limits().firstRequestTimeout().toMillis() / 4);
    context.vertx().setPeriodic(period, id -> context.connections().sweep(System.nanoTime()));
    return server.listen().map(HttpServer::actualPort);
  }

  private void opened(HttpConnection connection) {
    if (grpc != null) {
      FlushJoining.on(connection);
    }
    context.connections().opened(connection);
  }

  /** Uses certificates that have been replaced for connections from now on. */
  public Future<Boolean> reread(Tls tls) {
    return server.updateSSLOptions(tls.sslOptions(grpc != null), true);
  }

  /** Takes no new connection and closes the open ones. */
  public Future<Void> close() {
    return server == null ? Future.succeededFuture() : server.close();
  }

  /** Requests that are not answered yet. */
  public int inFlight() {
    return inFlight.get();
  }

  private void handle(HttpServerRequest request) {
    if (grpc != null && Http2.isGrpc(request)) {
      grpc.handle(request);
      return;
    }
    inFlight.incrementAndGet();
    context.connections().requestStarted(request.connection());
    if (context.connections().isLast(request.connection())) {
      request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    AtomicBoolean over = new AtomicBoolean();
    request
        .response()
        .endHandler(ended -> finished(request, over))
        .closeHandler(closed -> finished(request, over));
    try {
      Route route = Route.of(request.method().name(), request.path());
      if (!(route instanceof Route.Live || route instanceof Route.Ready)) {
        context.access().check(request.getHeader(HttpHeaders.AUTHORIZATION));
      }
      answer(request, route);
    } catch (ProtocolException e) {
      Replies.error(context.vertx(), request, e);
    }
  }

  /** A response that ends may also be told that its connection closes: the first counts. */
  private void finished(HttpServerRequest request, AtomicBoolean over) {
    if (over.compareAndSet(false, true)) {
      inFlight.decrementAndGet();
      context.connections().requestEnded(request.connection());
    }
  }

  private void answer(HttpServerRequest request, Route route) {
    switch (route) {
      case Route.Infer infer -> InferExchange.start(request, infer, context);
      case Route.Live _ -> Replies.json(request, 200, EndpointDocuments.live());
      case Route.Ready _ -> {
        ServingState now = context.state().get();
        Replies.json(request, status(now), EndpointDocuments.ready(now));
      }
      case Route.Server _ ->
          Replies.json(request, 200, EndpointDocuments.server(context.version()));
      case Route.ModelReady(String model, String v) -> {
        ServingState now = context.models().find(model, v).state();
        Replies.json(request, status(now), EndpointDocuments.modelReady(model, now));
      }
      case Route.Metadata(String model, String v) ->
          Replies.json(
              request,
              200,
              EndpointDocuments.metadata(
                  context.models().serving(model, v).metadata(), context.models().versions(model)));
      case Route.Config(String model, String v) ->
          Replies.json(request, 200, EndpointDocuments.config(context.models().serving(model, v)));
      case Route.Statistics(String model, String v) ->
          Replies.json(request, 200, EndpointDocuments.statistics(statistics(model, v)));
      case Route.RepositoryIndex _, Route.Load _, Route.Unload _ ->
          RepositoryExchange.start(context.vertx(), request, route, context.models());
      case Route.Page _ -> page(request);
    }
  }

  private void page(HttpServerRequest request) {
    context
        .vertx()
        .executeBlocking(page::get, false)
        .onSuccess(html -> Replies.page(request, html))
        .onFailure(
            failure ->
                Replies.error(
                    context.vertx(),
                    request,
                    new ProtocolException(ErrorCode.INTERNAL, "internal error: " + failure)));
  }

  private static int status(ServingState state) {
    return state.ready() ? 200 : ErrorCode.UNAVAILABLE.httpStatus();
  }

  private List<EndpointDocuments.StatisticsOf> statistics(String model, String version) {
    List<ModelSlot> wanted =
        model == null
            ? List.copyOf(context.models().slots())
            : List.of(context.models().find(model, version));
    return wanted.stream()
        .map(ModelSlot::serving)
        .filter(serving -> serving != null)
        .map(s -> new EndpointDocuments.StatisticsOf(s.metadata(), s.statistics()))
        .toList();
  }
}
