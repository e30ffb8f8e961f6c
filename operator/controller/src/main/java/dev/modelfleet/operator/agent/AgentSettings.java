package dev.modelfleet.operator.agent;

import java.nio.file.Path;
import java.util.Map;

/**
 * The settings of a member cluster's agent, from environment variables whose names start with
 * {@code MODELFLEET_}.
 *
 * @param cluster name of the EdgeCluster in the hub ({@code CLUSTER}, required)
 * @param hubKubeconfig file with a kubeconfig for the hub ({@code HUB_KUBECONFIG}; {@value
 *     #DEFAULT_KUBECONFIG})
 * @param stateNamespace namespace in this cluster in which the agent keeps what it was last told
 *     ({@code NAMESPACE}, required)
 * @param memberNamespace the one namespace of this cluster in which the agent may work, as in the
 *     EdgeCluster's spec ({@code MEMBER_NAMESPACE}); null for all
 */
public record AgentSettings(
    String cluster, Path hubKubeconfig, String stateNamespace, String memberNamespace) {

  /** The command line's word for the agent. */
  public static final String COMMAND = "agent";

  private static final String PREFIX = "MODELFLEET_";
  private static final String DEFAULT_KUBECONFIG = "/etc/modelfleet/hub/kubeconfig";

  /**
   * Reads the settings.
   *
   * @throws IllegalArgumentException naming the variable that is missing
   */
  public static AgentSettings from(Map<String, String> environment) {
    return new AgentSettings(
        required(environment, "CLUSTER", "the EdgeCluster's name in the hub"),
        Path.of(value(environment, "HUB_KUBECONFIG", DEFAULT_KUBECONFIG)),
        required(environment, "NAMESPACE", "the namespace of the agent's pod"),
        value(environment, "MEMBER_NAMESPACE", null));
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
}
