package dev.modelfleet.operator.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * User names and passwords of registries, from a Secret of type {@code
 * kubernetes.io/dockerconfigjson}. Never printed.
 */
public final class RegistryCredentials {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final String KEY = ".dockerconfigjson";

  private final Map<String, String> basicByRegistry;

  private RegistryCredentials(Map<String, String> basicByRegistry) {
    this.basicByRegistry = Map.copyOf(basicByRegistry);
  }

  /** No credentials: requests are anonymous. */
  public static RegistryCredentials anonymous() {
    return new RegistryCredentials(Map.of());
  }

  /**
   * Reads a pull secret.
   *
   * @throws IllegalArgumentException naming the Secret where it holds no docker configuration
   */
  public static RegistryCredentials from(Secret secret) {
    String name = secret.getMetadata().getName();
    String encoded = secret.getData() == null ? null : secret.getData().get(KEY);
    if (encoded == null) {
      throw new IllegalArgumentException(
          "Secret "
              + name
              + " has no key "
              + KEY
              + ": create it with kubectl create secret"
              + " docker-registry");
    }
    try {
      JsonNode config = MAPPER.readTree(Base64.getDecoder().decode(encoded));
      Map<String, String> basic = new HashMap<>();
      config
          .path("auths")
          .properties()
          .forEach(entry -> basic.put(host(entry.getKey()), basicOf(entry.getValue())));
      return new RegistryCredentials(basic);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "Secret "
              + name
              + ", key "
              + KEY
              + ", is not JSON: create it again with kubectl create"
              + " secret docker-registry");
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Base64 of {@code user:password} for a registry's host. */
  public Optional<String> basicFor(String registry) {
    return Optional.ofNullable(basicByRegistry.get(registry));
  }

  private static String host(String key) {
    String withoutScheme = key.replaceFirst("^https?://", "");
    int slash = withoutScheme.indexOf('/');
    return slash < 0 ? withoutScheme : withoutScheme.substring(0, slash);
  }

  private static String basicOf(JsonNode auth) {
    if (auth.hasNonNull("auth")) {
      return auth.get("auth").asText();
    }
    String pair = auth.path("username").asText() + ":" + auth.path("password").asText();
    return Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return "RegistryCredentials" + basicByRegistry.keySet();
  }
}
