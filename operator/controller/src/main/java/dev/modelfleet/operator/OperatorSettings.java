package dev.modelfleet.operator;

import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The operator's settings, from environment variables whose names start with {@code MODELFLEET_}.
 *
 * @param runtimeImage image of build, probe and serve pods ({@code RUNTIME_IMAGE}, required)
 * @param imagePullPolicy of that image ({@code RUNTIME_PULL_POLICY}; IfNotPresent)
 * @param registry where variants are published: {@code host[:port]/path} ({@code REGISTRY},
 *     required)
 * @param plainHttpRegistries {@code host[:port]} of registries without TLS, separated by commas
 *     ({@code REGISTRY_PLAIN_HTTP})
 * @param pushSecret name of a docker-registry Secret in each namespace that has ModelDeployments,
 *     with which builds push ({@code REGISTRY_PUSH_SECRET}); null for none
 * @param modelMount how models reach pods ({@code MODEL_MOUNT}; Auto)
 * @param buildCpu CPU of a build ({@code BUILD_CPU}; 2)
 * @param buildMemory memory limit of a build ({@code BUILD_MEMORY}; 4Gi)
 * @param buildStorage limit of a build's temporary files ({@code BUILD_STORAGE}; 10Gi)
 * @param buildTimeoutSeconds after which a build Job is ended ({@code BUILD_TIMEOUT_SECONDS}; 3600)
 * @param probeIterations timed inferences of a probe ({@code PROBE_ITERATIONS}; 50)
 * @param leaseNamespace namespace of the leader election's Lease ({@code NAMESPACE}); null for no
 *     leader election
 */
public record OperatorSettings(
    String runtimeImage,
    String imagePullPolicy,
    String registry,
    List<String> plainHttpRegistries,
    String pushSecret,
    ModelMount modelMount,
    Quantity buildCpu,
    Quantity buildMemory,
    Quantity buildStorage,
    long buildTimeoutSeconds,
    int probeIterations,
    String leaseNamespace) {

  private static final String PREFIX = "MODELFLEET_";

  /** How a model reaches the pods that probe or serve it. */
  public enum ModelMount {
    /** By what the API server's version has. */
    AUTO,
    /** As an image volume; Kubernetes 1.35 or later. */
    IMAGE_VOLUME,
    /** Fetched by an init container into a volume of the pod. */
    FETCH
  }

  /**
   * Reads the settings.
   *
   * @throws IllegalArgumentException naming the variable that is missing or wrong
   */
  public static OperatorSettings from(Map<String, String> environment) {
    return new OperatorSettings(
        required(environment, "RUNTIME_IMAGE", "the image that builds, probes and serves"),
        value(environment, "RUNTIME_PULL_POLICY", "IfNotPresent"),
        required(environment, "REGISTRY", "host[:port]/path under which variants are published"),
        list(value(environment, "REGISTRY_PLAIN_HTTP", "")),
        value(environment, "REGISTRY_PUSH_SECRET", null),
        modelMount(value(environment, "MODEL_MOUNT", "Auto")),
        quantity(environment, "BUILD_CPU", "2"),
        quantity(environment, "BUILD_MEMORY", "4Gi"),
        quantity(environment, "BUILD_STORAGE", "10Gi"),
        number(environment, "BUILD_TIMEOUT_SECONDS", 3600),
        (int) number(environment, "PROBE_ITERATIONS", 50),
        value(environment, "NAMESPACE", null));
  }

  private static String required(Map<String, String> environment, String name, String meaning) {
    String value = value(environment, name, null);
    if (value == null) {
      throw new IllegalArgumentException(
          "environment variable " + PREFIX + name + " is not set: set it to " + meaning);
    }
    return value;
  }

  private static String value(Map<String, String> environment, String name, String otherwise) {
    String value = environment.get(PREFIX + name);
    return value == null || value.isBlank() ? otherwise : value.strip();
  }

  private static List<String> list(String value) {
    return Arrays.stream(value.split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
  }

  private static ModelMount modelMount(String value) {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "auto" -> ModelMount.AUTO;
      case "imagevolume" -> ModelMount.IMAGE_VOLUME;
      case "fetch" -> ModelMount.FETCH;
      default ->
          throw new IllegalArgumentException(
              PREFIX + "MODEL_MOUNT is " + value + ": give Auto, ImageVolume or Fetch");
    };
  }

  private static Quantity quantity(Map<String, String> environment, String name, String otherwise) {
    String value = value(environment, name, otherwise);
    try {
      Quantity quantity = Quantity.parse(value);
      quantity.getNumericalAmount();
      return quantity;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          PREFIX + name + " is " + value + ": give a Kubernetes quantity such as " + otherwise, e);
    }
  }

  private static long number(Map<String, String> environment, String name, long otherwise) {
    String value = value(environment, name, Long.toString(otherwise));
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          PREFIX + name + " is " + value + ": give a whole number such as " + otherwise, e);
    }
  }
}
