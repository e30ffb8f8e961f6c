package dev.modelfleet.operator.harness;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** A server that gives one value to every query, as Prometheus does, once it has one. */
public final class StandInPrometheus implements AutoCloseable {

  private static final String VALUE =
      """
      {"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"%s"]}]}}
      """;

  private final HttpServer server;
  private final String token;
  private volatile String value;
  private volatile String asked = "";

  /** A server that wants a bearer token and has no value yet. */
  public StandInPrometheus(String token) {
    this.token = token;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/api/v1/query", this::answer);
    server.start();
  }

  /** Where it is. */
  public String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Gives this value from now on. */
  public void gives(String number) {
    value = number;
  }

  /** The form that was sent last. */
  public String asked() {
    return asked;
  }

  private void answer(HttpExchange exchange) throws IOException {
    asked = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    boolean known =
        ("Bearer " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"));
    byte[] body = VALUE.formatted(value).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(!known ? 401 : value == null ? 503 : 200, body.length);
    try (exchange) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
