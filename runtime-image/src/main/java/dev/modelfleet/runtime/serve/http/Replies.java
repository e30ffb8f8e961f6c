package dev.modelfleet.runtime.serve.http;

import dev.modelfleet.runtime.serve.protocol.ErrorCode;
import dev.modelfleet.runtime.serve.protocol.ProtocolException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;

/** Sends responses; on the request's event loop only. */
final class Replies {

  static final CharSequence INFERENCE_HEADER_LENGTH =
      HttpHeaders.createOptimized("Inference-Header-Content-Length");
  private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
  private static final CharSequence HTML = HttpHeaders.createOptimized("text/html; charset=utf-8");
  private static final CharSequence BINARY =
      HttpHeaders.createOptimized("application/octet-stream");

  private static final long LINGER_MILLIS = 500;

  private Replies() {}

  /** A page of HTML that runs no script and loads nothing. */
  static void page(HttpServerRequest request, String html) {
    request
        .response()
        .putHeader("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    text(request, 200, HTML, html);
  }

  static void json(HttpServerRequest request, int status, String body) {
    text(request, status, JSON, body);
  }

  static void text(HttpServerRequest request, int status, CharSequence type, String body) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      return;
    }
    response.setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, type).end(body);
  }

  /**
   * Refuses the request. One whose body has not arrived in full costs the connection, closed a
   * little later: closing it with data unread would take the answer away from the client.
   */
  static void error(Vertx vertx, HttpServerRequest request, ProtocolException reason) {
    HttpServerResponse response = request.response();
    if (response.headWritten() || response.closed()) {
      return;
    }
    boolean complete = request.isEnded();
    boolean multiplexed = request.version() == HttpVersion.HTTP_2;
    if (!complete && !multiplexed) {
      response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    if (reason.code() == ErrorCode.OVERLOADED) {
      response.putHeader(HttpHeaders.RETRY_AFTER, "1");
    }
    json(request, reason.code().httpStatus(), EndpointDocuments.error(reason.getMessage()));
    if (!complete) {
      // Other requests go on where they share the connection.
      vertx.setTimer(
          LINGER_MILLIS,
          id -> {
            if (multiplexed) {
              response.reset();
            } else {
              request.connection().close();
            }
          });
    }
  }

  /**
   * Sends an encoded inference response, or gives its memory back where nobody listens any more.
   */
  static void inference(HttpServerRequest request, EncodedResponse encoded) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      encoded.body().release();
      return;
    }
    if (encoded.encoding() != BodyEncoding.IDENTITY) {
      response.putHeader(HttpHeaders.CONTENT_ENCODING, encoded.encoding().header());
      response.putHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
    }
    if (encoded.hasBinaryData()) {
      response.putHeader(HttpHeaders.CONTENT_TYPE, BINARY);
      response.putHeader(INFERENCE_HEADER_LENGTH, Integer.toString(encoded.jsonLength()));
    } else {
      response.putHeader(HttpHeaders.CONTENT_TYPE, JSON);
    }
    // Vert.x releases only the buffers that it allocated itself.
    response.end(Buffer.buffer(encoded.body())).onComplete(written -> encoded.body().release());
  }
}
