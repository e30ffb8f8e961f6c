package dev.modelfleet.runtime.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelfleet.runtime.remote.RemoteException.Kind;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Answers challenges: HTTP Basic, and the bearer-token protocol of OCI registries (a token for a
 * scope is had from the realm that the challenge names). Remembers what was granted.
 */
final class Authorizations {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Gets a token answer; a seam, so that tokens go through the same retries as all else. */
  @FunctionalInterface
  interface TokenEndpoint {

    /** Body of the realm's answer. */
    String get(URI uri, Optional<String> authorization) throws IOException;
  }

  private record Granted(String authority, String scope) {}

  private final DockerCredentials credentials;
  private final Map<Granted, String> granted = new HashMap<>();

  Authorizations(DockerCredentials credentials) {
    this.credentials = credentials;
  }

  /** What an earlier request to the same host for the same scope was granted. */
  synchronized Optional<String> known(RemoteRequest request) {
    return Optional.ofNullable(granted.get(key(request)));
  }

  /**
   * Answers the challenge of a 401.
   *
   * @throws RemoteException of kind {@code UNAUTHORIZED} where there is no answer to it
   */
  synchronized String answer(RemoteRequest request, List<String> headers, TokenEndpoint endpoint)
      throws IOException {
    Challenge challenge =
        Challenge.of(headers)
            .orElseThrow(
                () ->
                    unauthorized(
                        request.uri().getAuthority()
                            + " asks for a form of authentication other than Basic and Bearer: "
                            + headers));
    String value =
        challenge.scheme().equals("basic") ? basic(request) : bearer(request, challenge, endpoint);
    granted.put(key(request), value);
    return value;
  }

  private String basic(RemoteRequest request) {
    String authority = request.uri().getAuthority();
    return credentials
        .basic(authority)
        .orElseThrow(
            () ->
                unauthorized(
                    authority
                        + " asks for credentials and "
                        + credentials.place()
                        + " has none for it: name a pull secret for it"));
  }

  private String bearer(RemoteRequest request, Challenge challenge, TokenEndpoint endpoint)
      throws IOException {
    String authority = request.uri().getAuthority();
    URI realm = realm(request, challenge);
    StringBuilder query = new StringBuilder();
    append(query, "service", challenge.parameters().get("service"));
    String scope = challenge.parameters().getOrDefault("scope", request.scope());
    for (String one : scope.split(" ")) {
      append(query, "scope", one);
    }
    String separator = realm.getRawQuery() == null ? "?" : "&";
    URI uri = URI.create(realm + separator + query);
    return "Bearer " + token(uri, endpoint.get(uri, credentials.basic(authority)));
  }

  /** A password must not travel in the clear to a realm of a registry that is reached by TLS. */
  private static URI realm(RemoteRequest request, Challenge challenge) {
    String realm = challenge.parameters().getOrDefault("realm", "");
    boolean secure = realm.startsWith("https://");
    boolean plain = realm.startsWith("http://") && request.uri().getScheme().equals("http");
    if (!secure && !plain) {
      throw unauthorized(
          request.uri().getAuthority() + " names \"" + realm + "\" for tokens, which is not https");
    }
    return URI.create(realm);
  }

  private static String token(URI uri, String body) {
    try {
      JsonNode answer = JSON.readTree(body);
      String token = answer.path("token").asText(answer.path("access_token").asText(""));
      if (token.isEmpty()) {
        throw unauthorized(uri + " gave no token");
      }
      return token;
    } catch (JsonProcessingException e) {
      throw new RemoteException(
          Kind.UNAUTHORIZED, uri + " gave a token answer that is not JSON", e);
    }
  }

  private static void append(StringBuilder query, String name, String value) {
    if (value != null && !value.isEmpty()) {
      query.append(query.isEmpty() ? "" : "&").append(name).append('=');
      query.append(URLEncoder.encode(value, StandardCharsets.UTF_8));
    }
  }

  private static Granted key(RemoteRequest request) {
    return new Granted(request.uri().getAuthority(), request.scope());
  }

  private static RemoteException unauthorized(String message) {
    return new RemoteException(Kind.UNAUTHORIZED, message);
  }
}
