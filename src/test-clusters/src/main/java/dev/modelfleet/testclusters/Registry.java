package dev.modelfleet.testclusters;

/**
 * The OCI registry of a cluster under its two addresses, both plain HTTP.
 *
 * @param hostAddress {@code host:port} as processes of the host reach it: push here
 * @param clusterAddress {@code host:port} as pods and kubelets reach it: what image references name
 */
public record Registry(String hostAddress, String clusterAddress) {
  /** The name of the registry inside every cluster that this module starts. */
  public static final String HOST_NAME = "registry.modelfleet.local";

  /** {@link #HOST_NAME} with its port. */
  public static final String CLUSTER_ADDRESS = HOST_NAME + ":5000";
}
