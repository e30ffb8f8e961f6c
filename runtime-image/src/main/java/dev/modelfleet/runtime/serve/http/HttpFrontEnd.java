package dev.modelfleet.runtime.serve.http;

import dev.modelfleet.runtime.serve.model.ModelRepository;
import dev.modelfleet.runtime.serve.model.ModelSlot;
import dev.modelfleet.runtime.serve.protocol.Access;
import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import dev.modelfleet.runtime.serve.protocol.ServingState;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
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

  private final Vertx vertx;
  private final ModelRepository models;
  private final Supplier<ServingState> state;
  private final HttpLimits limits;
  private final String version;
  private final BodyBudget budget;
  private final Access access;
  private final Connections connections;
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
  public HttpFrontEnd(
      Vertx vertx,
      ModelRepository models,
      Supplier<ServingState> state,
      HttpLimits limits,
      BodyBudget budget,
      Access access,
      String version) {
    this.vertx = vertx;
    this.models = models;
    this.state = state;
    this.limits = limits;
    this.version = version;
    this.budget = budget;
    this.access = access;
    this.connections = new Connections(limits);
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
            // With the upgrade to HTTP/2 a connection would be known only after its first request.
            .setHttp2ClearTextEnabled(false)
            // There are no web sockets here; their handlers would look at every request.
            .setPerFrameWebSocketCompressionSupported(false)
            .setPerMessageWebSocketCompressionSupported(false)
            .setTcpNoDelay(true);
    server =
        vertx
            .createHttpServer(tls.applyTo(options, false))
            .connectionHandler(connections::opened)
            .requestHandler(this::handle);
    long period = Math.max(100, limits.firstRequestTimeout().toMillis() / 4);
    vertx.setPeriodic(period, id -> connections.sweep(System.nanoTime()));
    return server.listen().map(HttpServer::actualPort);
  }

  /** Takes no new connection and closes the open ones. */
  public Future<Void> close() {
    return server == null ? Future.succeededFuture() : server.close();
  }

  /** Requests that are not answered yet. */
  public int inFlight() {
    return inFlight.get();
  }

  /** Open connections. */
  public int connections() {
    return connections.count();
  }

  private void handle(HttpServerRequest request) {
    inFlight.incrementAndGet();
    connections.requestStarted(request.connection());
    AtomicBoolean over = new AtomicBoolean();
    request
        .response()
        .endHandler(ended -> finished(request, over))
        .closeHandler(closed -> finished(request, over));
    try {
      Route route = Route.of(request.method().name(), request.path());
      if (!(route instanceof Route.Live || route instanceof Route.Ready)) {
        access.check(request.getHeader(HttpHeaders.AUTHORIZATION));
      }
      answer(request, route);
    } catch (ProtocolException e) {
      Replies.error(vertx, request, e);
    }
  }

  /** A response that ends may also be told that its connection closes: the first counts. */
  private void finished(HttpServerRequest request, AtomicBoolean over) {
    if (over.compareAndSet(false, true)) {
      inFlight.decrementAndGet();
      connections.requestEnded(request.connection());
    }
  }

  private void answer(HttpServerRequest request, Route route) {
    switch (route) {
      case Route.Infer infer -> InferExchange.start(vertx, request, infer, models, limits, budget);
      case Route.Live _ -> Replies.json(request, 200, EndpointDocuments.live());
      case Route.Ready _ -> {
        ServingState now = state.get();
        Replies.json(request, status(now), EndpointDocuments.ready(now));
      }
      case Route.Server _ -> Replies.json(request, 200, EndpointDocuments.server(version));
      case Route.ModelReady(String model, String v) -> {
        ServingState now = models.find(model, v).state();
        Replies.json(request, status(now), EndpointDocuments.modelReady(model, now));
      }
      case Route.Metadata(String model, String v) ->
          Replies.json(
              request,
              200,
              EndpointDocuments.metadata(
                  models.serving(model, v).metadata(), models.versions(model)));
      case Route.Config(String model, String v) ->
          Replies.json(request, 200, EndpointDocuments.config(models.serving(model, v)));
      case Route.Statistics(String model, String v) ->
          Replies.json(request, 200, EndpointDocuments.statistics(statistics(model, v)));
      case Route.RepositoryIndex _, Route.Load _, Route.Unload _ ->
          RepositoryExchange.start(vertx, request, route, models);
      case Route.Page _ ->
          throw new ProtocolException(ErrorCode.NOT_FOUND, "nothing here: the protocol is at /v2");
    }
  }

  private static int status(ServingState state) {
    return state.ready() ? 200 : ErrorCode.UNAVAILABLE.httpStatus();
  }

  private List<EndpointDocuments.StatisticsOf> statistics(String model, String version) {
    List<ModelSlot> wanted =
        model == null ? List.copyOf(models.slots()) : List.of(models.find(model, version));
    return wanted.stream()
        .map(ModelSlot::serving)
        .filter(serving -> serving != null)
        .map(s -> new EndpointDocuments.StatisticsOf(s.metadata(), s.statistics()))
        .toList();
  }
}
