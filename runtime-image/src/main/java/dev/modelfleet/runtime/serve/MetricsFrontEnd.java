package dev.modelfleet.runtime.serve;

import dev.modelfleet.runtime.serve.http.AcceptedSockets;
import dev.modelfleet.runtime.serve.metrics.PrometheusText;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Supplier;

/** {@code /metrics} on a port of its own, as scrapers expect it. */
final class MetricsFrontEnd {

  private static final int IDLE_SECONDS = 120;

  private final Vertx vertx;
  private final AcceptedSockets accepted;
  private final Supplier<String> page;
  private HttpServer server;

  MetricsFrontEnd(Vertx vertx, AcceptedSockets accepted, Supplier<String> page) {
    this.vertx = vertx;
    this.accepted = accepted;
    this.page = page;
  }

  Future<Integer> listen(String host, int port) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(host)
            .setPort(port)
            .setHttp2ClearTextEnabled(false)
            .setIdleTimeout(IDLE_SECONDS);
    server =
        vertx
            .createHttpServer(options)
            .connectionHandler(accepted::identified)
            .requestHandler(this::handle);
    return server.listen().map(HttpServer::actualPort);
  }

  Future<Void> close() {
    return server == null ? Future.succeededFuture() : server.close();
  }

  private void handle(HttpServerRequest request) {
    if (!request.path().equals("/metrics")) {
      request.response().setStatusCode(404).end("see /metrics\n");
      return;
    }
    request
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, PrometheusText.CONTENT_TYPE)
        .end(page.get());
  }
}
