package dev.modelfleet.runtime.remote;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A request that can be sent more than once.
 *
 * @param method HTTP method
 * @param uri absolute
 * @param headers without {@code Authorization}
 * @param scope what the request needs permission for, as in the token protocol of registries; empty
 *     elsewhere
 * @param body gives a fresh body for each attempt
 * @param sending time that sending the body may take beyond the limits for an answer
 */
public record RemoteRequest(
    String method,
    URI uri,
    Map<String, String> headers,
    String scope,
    Supplier<BodyPublisher> body,
    Duration sending) {

  /** A request without a body. */
  public static RemoteRequest of(
      String method, URI uri, String scope, Map<String, String> headers) {
    return new RemoteRequest(method, uri, headers, scope, BodyPublishers::noBody, Duration.ZERO);
  }

  /** The same request to another address. */
  RemoteRequest to(URI other) {
    return new RemoteRequest(method, other, headers, scope, body, sending);
  }

  /** The request as it is sent once. */
  HttpRequest toHttp(RemoteLimits limits, Optional<String> authorization) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(uri)
            .method(method, body.get())
            .timeout(limits.answer().plus(sending))
            .header("User-Agent", "modelfleet");
    headers.forEach(builder::header);
    authorization.ifPresent(value -> builder.header("Authorization", value));
    return builder.build();
  }
}
