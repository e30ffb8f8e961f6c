package dev.modelfleet.operator.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks a registry for the digest of a manifest, by the OCI distribution API: {@code HEAD
 * /v2/<repository>/manifests/<tag>}, anonymous, with basic authentication or with a bearer token,
 * as the registry's challenge says.
 */
public final class RegistryClient {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final Pattern PARAMETER = Pattern.compile("(\\w+)=\"([^\"]*)\"");
  private static final String MANIFEST_TYPES =
      "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json,"
          + " application/vnd.docker.distribution.manifest.v2+json,"
          + " application/vnd.docker.distribution.manifest.list.v2+json";

  private final HttpClient http;
  private final Duration timeout;
  private final Set<String> plainHttpRegistries;

  /**
   * A client.
   *
   * @param timeout for connecting, and again for each answer
   * @param plainHttpRegistries {@code host[:port]} of registries without TLS
   */
  public RegistryClient(Duration timeout, Set<String> plainHttpRegistries) {
    this.timeout = timeout;
    this.plainHttpRegistries = Set.copyOf(plainHttpRegistries);
    this.http =
        HttpClient.newBuilder()
            .connectTimeout(timeout)
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
  }

  /** Blocks until the registry has answered or the time is over. */
  public Resolution resolve(ImageReference image, RegistryCredentials credentials)
      throws InterruptedException {
    try {
      Optional<String> basic = credentials.basicFor(image.registry());
      HttpResponse<Void> answer = head(image, basic.map(b -> "Basic " + b));
      if (answer.statusCode() == 401) {
        Optional<String> bearer = bearer(answer, basic);
        if (bearer.isPresent()) {
          answer = head(image, bearer);
        }
      }
      return judge(image, answer, basic.isPresent());
    } catch (IOException e) {
      return new Resolution.Unresolved(
          SourceReason.SOURCE_UNREACHABLE,
          "registry %s did not answer for %s (%s): check the host name, the network and whether the registry needs plain HTTP"
              .formatted(image.registry(), image.repository(), describe(e)));
    }
  }

  private Resolution judge(ImageReference image, HttpResponse<Void> answer, boolean signedIn) {
    String manifest = image.repository() + ":" + image.manifest();
    return switch (answer.statusCode()) {
      case 200 ->
          answer
              .headers()
              .firstValue("Docker-Content-Digest")
              .<Resolution>map(Resolution.Resolved::new)
              .orElseGet(
                  () ->
                      new Resolution.Unresolved(
                          SourceReason.SOURCE_UNREACHABLE,
                          "registry %s gave no digest for %s: set spec.model.digest"
                              .formatted(image.registry(), manifest)));
      case 404 ->
          new Resolution.Unresolved(
              SourceReason.SOURCE_NOT_FOUND,
              "registry %s has no %s: check repository and tag, or push it"
                  .formatted(image.registry(), manifest));
      case 401, 403 ->
          new Resolution.Unresolved(
              SourceReason.REGISTRY_AUTH,
              "registry %s refused %s for %s: %s"
                  .formatted(
                      image.registry(),
                      signedIn ? "the pull secret's credentials" : "anonymous access",
                      manifest,
                      signedIn
                          ? "renew the Secret that pullSecretRef names"
                          : "set pullSecretRef to a docker-registry Secret"));
      default ->
          new Resolution.Unresolved(
              SourceReason.SOURCE_UNREACHABLE,
              "registry %s answered %d for %s"
                  .formatted(image.registry(), answer.statusCode(), manifest));
    };
  }

  private HttpResponse<Void> head(ImageReference image, Optional<String> authorization)
      throws IOException, InterruptedException {
    boolean plainHttp = plainHttpRegistries.contains(image.registry());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(image.manifestUri(plainHttp))
            .timeout(timeout)
            .header("Accept", MANIFEST_TYPES)
            .method("HEAD", HttpRequest.BodyPublishers.noBody());
    authorization.ifPresent(value -> request.header("Authorization", value));
    return http.send(request.build(), BodyHandlers.discarding());
  }

  private Optional<String> bearer(HttpResponse<Void> challenge, Optional<String> basic)
      throws IOException, InterruptedException {
    Optional<URI> tokenService =
        challenge
            .headers()
            .firstValue("WWW-Authenticate")
            .filter(value -> value.regionMatches(true, 0, "Bearer ", 0, 7))
            .flatMap(RegistryClient::tokenService);
    if (tokenService.isEmpty()) {
      return Optional.empty();
    }
    HttpRequest.Builder request = HttpRequest.newBuilder(tokenService.get()).timeout(timeout);
    basic.ifPresent(value -> request.header("Authorization", "Basic " + value));
    HttpResponse<byte[]> answer = http.send(request.build(), BodyHandlers.ofByteArray());
    if (answer.statusCode() != 200) {
      return Optional.empty();
    }
    JsonNode body = MAPPER.readTree(answer.body());
    String token = body.path("token").asText(body.path("access_token").asText());
    return token.isEmpty() ? Optional.empty() : Optional.of("Bearer " + token);
  }

  private static Optional<URI> tokenService(String challenge) {
    Map<String, String> parameters = new HashMap<>();
    Matcher parameter = PARAMETER.matcher(challenge);
    while (parameter.find()) {
      parameters.put(parameter.group(1), parameter.group(2));
    }
    String realm = parameters.get("realm");
    if (realm == null) {
      return Optional.empty();
    }
    StringBuilder query = new StringBuilder(realm).append(realm.contains("?") ? "&" : "?");
    query.append("service=").append(encode(parameters.getOrDefault("service", "")));
    if (parameters.containsKey("scope")) {
      query.append("&scope=").append(encode(parameters.get("scope")));
    }
    return Optional.of(URI.create(query.toString()));
  }

  private static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private static String describe(IOException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause.getMessage() != null) {
        return cause.getMessage();
      }
      if (cause instanceof java.nio.channels.UnresolvedAddressException) {
        return "unknown host";
      }
    }
    return "connection refused";
  }
}
