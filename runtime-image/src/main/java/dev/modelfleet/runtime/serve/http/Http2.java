package dev.modelfleet.runtime.serve.http;

import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/** How the server speaks HTTP/2, which carries gRPC. */
public final class Http2 {

  /** Begins the content type of every gRPC request. */
  public static final String GRPC = "application/grpc";

  private static final int STREAM_WINDOW = 1 << 20;
  private static final int CONNECTION_WINDOW = 4 << 20;
  private static final int MAX_STREAMS = 1024;

  /**
   * Calls that a client may cancel in {@value #RESET_SECONDS} s before its connection is closed,
   * with all other calls on it. Far above what deadlines of a busy client bring about; each costs
   * little here, since what waits for the model is bounded.
   */
  private static final int MAX_RESETS = 10_000;

  private static final int RESET_SECONDS = 30;

  private Http2() {}

  /** Windows that a tensor fits in, and a limit for the calls of one connection. */
  public static HttpServerOptions configure(HttpServerOptions options) {
    return options
        .setInitialSettings(
            new Http2Settings()
                .setInitialWindowSize(STREAM_WINDOW)
                .setMaxConcurrentStreams(MAX_STREAMS))
        .setHttp2ConnectionWindowSize(CONNECTION_WINDOW)
        .setHttp2RstFloodMaxRstFramePerWindow(MAX_RESETS)
        .setHttp2RstFloodWindowDuration(RESET_SECONDS);
  }

  /** Whether the request is a gRPC call. */
  public static boolean isGrpc(HttpServerRequest request) {
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    return request.version() == HttpVersion.HTTP_2 && type != null && type.startsWith(GRPC);
  }
}
