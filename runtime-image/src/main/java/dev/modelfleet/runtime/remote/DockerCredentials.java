package dev.modelfleet.runtime.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelfleet.artifact.FailureReason;
import dev.modelfleet.runtime.FailureException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Credentials from a Docker {@code config.json}, as a Secret of type {@code
 * kubernetes.io/dockerconfigjson} holds it. Read again for each look-up, so that a rotated Secret
 * is used without a restart.
 */
public final class DockerCredentials {

  /** Environment variable with the paths of the files, separated by {@code :}. */
  public static final String ENVIRONMENT_VARIABLE = "MODELFLEET_DOCKER_CONFIG";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<Path> files;

  /** Credentials of the given file; none where it does not exist. */
  public DockerCredentials(Path file) {
    this(List.of(file));
  }

  /** Credentials of the given files, of which an earlier one goes before a later one. */
  public DockerCredentials(List<Path> files) {
    this.files = List.copyOf(files);
  }

  /**
   * Credentials of the files that the environment names, separated by {@code :}, else of {@code
   * ~/.docker/config.json}.
   */
  public static DockerCredentials fromEnvironment(Map<String, String> environment) {
    String paths = environment.get(ENVIRONMENT_VARIABLE);
    return paths == null
        ? new DockerCredentials(Path.of(System.getProperty("user.home"), ".docker", "config.json"))
        : new DockerCredentials(Arrays.stream(paths.split(":")).map(Path::of).toList());
  }

  /**
   * The value of an {@code Authorization} header of scheme Basic for a host.
   *
   * @param authority {@code host} or {@code host:port}
   * @throws FailureException where the file is there and cannot be used
   */
  public Optional<String> basic(String authority) {
    return files.stream()
        .flatMap(
            file ->
                Optional.ofNullable(entries(file).get(authority))
                    .map(entry -> basic(file, authority, entry))
                    .stream())
        .findFirst();
  }

  /** Where credentials are looked for, for messages. */
  public String place() {
    return files.stream().map(Path::toString).collect(Collectors.joining(" or "));
  }

  private static String basic(Path file, String authority, JsonNode entry) {
    String user = entry.path("username").asText("");
    String password = entry.path("password").asText("");
    String auth = entry.path("auth").asText("");
    if (!user.isEmpty() && !password.isEmpty()) {
      auth =
          Base64.getEncoder()
              .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }
    if (auth.isEmpty()) {
      throw new FailureException(
          FailureReason.REGISTRY_AUTH,
          "the entry for "
              + authority
              + " in "
              + file
              + " has neither auth nor username and"
              + " password: other forms, such as credential helpers, are not supported");
    }
    return "Basic " + auth;
  }

  private static Map<String, JsonNode> entries(Path file) {
    Map<String, JsonNode> entries = new HashMap<>();
    if (Files.isRegularFile(file)) {
      read(file)
          .path("auths")
          .properties()
          .forEach(e -> entries.put(authority(e.getKey()), e.getValue()));
    }
    return entries;
  }

  private static JsonNode read(Path file) {
    try {
      return JSON.readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      throw new FailureException(
          FailureReason.REGISTRY_AUTH, file + " is not JSON: make it a Docker config.json");
    } catch (IOException e) {
      throw new FailureException(
          FailureReason.REGISTRY_AUTH, "cannot read the credentials in " + file + ": " + e, e);
    }
  }

  /** {@code https://index.docker.io/v1/} and {@code index.docker.io} name the same host. */
  private static String authority(String key) {
    String host = key.replaceFirst("^https?://", "").replaceFirst("/.*$", "");
    return host.equals("index.docker.io") || host.equals("docker.io")
        ? "registry-1.docker.io"
        : host;
  }
}
