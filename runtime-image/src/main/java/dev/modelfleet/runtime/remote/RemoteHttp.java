package dev.modelfleet.runtime.remote;

import dev.modelfleet.runtime.remote.RemoteException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;

/**
 * HTTP with everything that fetching and publishing need alike: time-outs for connection, answer
 * and stalled bodies, bounded retries with back-off, answers to authentication challenges, and
 * redirects that carry no credentials to another host and never step down from TLS.
 *
 * <p>Plain HTTP is spoken only to hosts that are listed.
 */
public final class RemoteHttp implements AutoCloseable {

  private static final Set<Integer> TRY_LATER = Set.of(408, 429, 500, 502, 503, 504);
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final int MAX_REDIRECTS = 5;
  private static final int MAX_TOKEN_BYTES = 1 << 20;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final HttpClient client;
  private final RemoteLimits limits;
  private final Set<String> plainHttp;
  private final Authorizations authorizations;

  /**
   * A client.
   *
   * @param plainHttp {@code host[:port]} of those that are reached without TLS
   * @param credentials for those that ask
   * @param limits waits and attempts
   */
  public RemoteHttp(Set<String> plainHttp, DockerCredentials credentials, RemoteLimits limits) {
    this.plainHttp = Set.copyOf(plainHttp);
    this.limits = limits;
    this.authorizations = new Authorizations(credentials);
    // HTTP/1.1: an upgrade to HTTP/2 gains nothing for a few large bodies, and some registries'
    // proxies answer the attempt with an error.
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(limits.connect())
            .build();
  }

  /** {@code http} for hosts that are listed as such, {@code https} for all others. */
  public String scheme(String authority) {
    return plainHttp.contains(authority) ? "http" : "https";
  }

  /** Work that a broken connection or a busy server may interrupt. */
  @FunctionalInterface
  public interface Attempt<T> {

    /** Does the work once; what it throws as {@code IOException} is tried again. */
    T run() throws IOException;
  }

  /**
   * Sends a request, again where that can help, and reads its answer.
   *
   * @param reader is called for every answer but those that ask to try later or to authenticate;
   *     what it throws as {@code IOException} counts as a broken connection and is tried again
   * @throws RemoteException where no attempt gave an answer
   */
  public <T> T exchange(RemoteRequest request, RemoteAnswer.Reader<T> reader) {
    return retrying(request.uri(), () -> exchangeOnce(request, reader));
  }

  /**
   * Does work of one or several requests, all of it again where that can help.
   *
   * @param uri of the server, for messages
   * @throws RemoteException where no attempt succeeded
   */
  public <T> T retrying(URI uri, Attempt<T> work) {
    for (int attempt = 1; ; attempt++) {
      Retry retry;
      try {
        return work.run();
      } catch (TryLaterException e) {
        retry = new Retry(e.pause(), failure(uri, e));
      } catch (SSLException e) {
        throw failure(uri, e);
      } catch (IOException e) {
        retry = new Retry(Duration.ZERO, failure(uri, e));
      }
      if (attempt >= limits.attempts()) {
        throw retry.failure();
      }
      pause(longer(limits.pauseAfter(attempt), retry.askedPause()));
    }
  }

  private record Retry(Duration askedPause, RemoteException failure) {}

  /**
   * Sends a request once and reads its answer: for steps of a work that is tried again as a whole.
   *
   * @throws IOException where trying again can help
   */
  public <T> T exchangeOnce(RemoteRequest request, RemoteAnswer.Reader<T> reader)
      throws IOException {
    RemoteRequest current = request;
    for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      HttpResponse<InputStream> response = authorized(current);
      try (InputStream body = response.body()) {
        Optional<String> location = response.headers().firstValue("Location");
        if (!REDIRECTS.contains(response.statusCode()) || location.isEmpty()) {
          return reader.read(
              new RemoteAnswer(response.statusCode(), current.uri(), response.headers(), body));
        }
        current = current.to(redirected(current.uri(), location.get()));
      }
    }
    throw new RemoteException(
        Kind.REFUSED, request.uri() + " redirects more than " + MAX_REDIRECTS + " times");
  }

  private HttpResponse<InputStream> authorized(RemoteRequest request) throws IOException {
    HttpResponse<InputStream> response = send(request, authorizations.known(request));
    if (response.statusCode() == 401) {
      response.body().close();
      String authorization =
          authorizations.answer(
              request, response.headers().allValues("WWW-Authenticate"), this::token);
      response = send(request, Optional.of(authorization));
    }
    refuseTryLater(request, response);
    return response;
  }

  /** The realm is not asked for a token itself when it answers 401. */
  private String token(URI realm, Optional<String> authorization) throws IOException {
    RemoteRequest request = RemoteRequest.of("GET", realm, "", Map.of());
    HttpResponse<InputStream> response = send(request, authorization);
    refuseTryLater(request, response);
    try (InputStream body = response.body()) {
      if (response.statusCode() / 100 != 2) {
        throw new RemoteException(
            Kind.UNAUTHORIZED,
            realm.getAuthority()
                + " gave no token (HTTP "
                + response.statusCode()
                + "): check the credentials of the pull secret");
      }
      return new String(body.readNBytes(MAX_TOKEN_BYTES), StandardCharsets.UTF_8);
    }
  }

  private static void refuseTryLater(RemoteRequest request, HttpResponse<InputStream> response)
      throws IOException {
    if (TRY_LATER.contains(response.statusCode())) {
      try (InputStream body = response.body()) {
        RemoteAnswer answer =
            new RemoteAnswer(response.statusCode(), request.uri(), response.headers(), body);
        throw new TryLaterException("it answered " + answer.describe(), retryAfter(response));
      }
    }
  }

  private HttpResponse<InputStream> send(RemoteRequest request, Optional<String> authorization)
      throws IOException {
    try {
      return client.send(
          request.toHttp(limits, authorization), head -> new TimedBody(limits.idle()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RemoteException(Kind.UNREACHABLE, request.uri() + ": interrupted", e);
    }
  }

  private URI redirected(URI from, String location) {
    URI to = from.resolve(location);
    boolean permitted = "https".equals(to.getScheme()) || plainHttp.contains(to.getAuthority());
    if (!permitted) {
      throw new RemoteException(
          Kind.REFUSED, from + " redirects to " + to + ", which is not https: not followed");
    }
    return to;
  }

  private static Duration retryAfter(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("Retry-After")
        .filter(value -> value.matches("\\d{1,6}"))
        .map(value -> Duration.ofSeconds(Long.parseLong(value)))
        .orElse(Duration.ZERO);
  }

  private RemoteException failure(URI uri, IOException cause) {
    String where = uri.getScheme() + "://" + uri.getAuthority();
    if (cause.getCause() instanceof UnresolvedAddressException
        || (cause.getCause() instanceof ConnectException nested
            && nested.getCause() instanceof UnresolvedAddressException)) {
      return NameResolution.failure(uri.getHost(), cause);
    }
    if (cause instanceof SSLException) {
      return new RemoteException(
          Kind.UNREACHABLE,
          where
              + " does not speak TLS that is trusted here ("
              + cause.getMessage()
              + "): list it among the plain-HTTP registries if it speaks plain HTTP",
          cause);
    }
    String what =
        switch (cause) {
          case HttpTimeoutException timeout ->
              "did not answer in time (" + timeout.getMessage() + ")";
          case ConnectException refused -> "refused the connection";
          default -> "failed: " + cause.getMessage();
        };
    return new RemoteException(
        Kind.UNREACHABLE, where + " " + what + " after " + limits.attempts() + " attempts", cause);
  }

  private static void pause(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RemoteException(Kind.UNREACHABLE, "interrupted", e);
    }
  }

  private static Duration longer(Duration own, Duration asked) {
    Duration bounded = asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked;
    return bounded.compareTo(own) > 0 ? bounded : own;
  }

  /** Ends connections. */
  @Override
  public void close() {
    client.shutdownNow();
  }

  /** An answer that asks to try again. */
  private static final class TryLaterException extends IOException {

    private static final long serialVersionUID = 1L;

    private final Duration pause;

    TryLaterException(String message, Duration pause) {
      super(message);
      this.pause = pause;
    }

    Duration pause() {
      return pause;
    }
  }
}
