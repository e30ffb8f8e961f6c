package dev.modelfleet.testclusters.local;

/**
 * The addresses of one cluster, all inside {@code 10.<block>.0.0/16}.
 *
 * <pre>
 *   host  10.b.255.1 ── 10.b.255.2  hub (control plane, DNS, registry)  10.b.0.1 ──┬── node 1  10.b.0.11, pods 10.b.1.0/24
 *                                                                                 └── node 2  10.b.0.12, pods 10.b.2.0/24
 * </pre>
 *
 * The hub and every node are network namespaces of their own, so that two clusters do not meet, a
 * node can be cut off, and nothing is left when their processes are gone.
 *
 * @param block the second byte of every address
 */
public record NetworkPlan(int block) {
  /** The port of the API server in the hub. */
  static final int API_PORT = 6443;

  /** The port of the registry in the hub. */
  static final int REGISTRY_PORT = 5000;

  /** Everything the host routes to the cluster. */
  public String clusterCidr() {
    return "10.%d.0.0/16".formatted(block);
  }

  /** The pods of all nodes. */
  public String podCidr() {
    return "10.%d.0.0/17".formatted(block);
  }

  /** The cluster addresses of Services. */
  public String serviceCidr() {
    return "10.%d.128.0/20".formatted(block);
  }

  /** The host as pods reach it. */
  public String host() {
    return "10.%d.255.1".formatted(block);
  }

  /** The hub's end of the link to the host. */
  public String hubUplink() {
    return "10.%d.255.2".formatted(block);
  }

  /** The hub: API server, DNS and registry. */
  public String hub() {
    return "10.%d.0.1".formatted(block);
  }

  /** A node's address; the first node is number 1. */
  public String node(int number) {
    return "10.%d.0.%d".formatted(block, 10 + number);
  }

  /** The addresses of one node's pods. */
  public String pods(int number) {
    return "10.%d.%d.0/24".formatted(block, number);
  }

  /** The name of the link on the host. */
  public String link() {
    return "mf" + block;
  }
}
