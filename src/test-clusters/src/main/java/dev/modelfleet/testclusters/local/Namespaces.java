package dev.modelfleet.testclusters.local;

import dev.modelfleet.testclusters.ClusterException;
import dev.modelfleet.testclusters.host.Await;
import dev.modelfleet.testclusters.host.HostCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The mount and network namespaces of the hub and of every node, and the links between them. A
 * sleeping process holds each pair; nothing is bound to a file, so that they end with their last
 * process.
 */
final class Namespaces {
  /** The namespaces of the control plane. */
  static final String HUB = "hub";

  /** The host's own namespaces. */
  static final String HOST = "";

  /** A pair of namespaces of a program's own. */
  static final String NEW = "new";

  private static final String BRIDGE = "nodes";

  private final StateDirectory directory;
  private final Processes processes;
  private final NetworkPlan plan;

  Namespaces(StateDirectory directory, Processes processes, NetworkPlan plan) {
    this.directory = directory;
    this.processes = processes;
    this.plan = plan;
  }

  /** The role of the process that holds a pair of namespaces. */
  static String holder(String namespace) {
    return "namespaces-" + namespace;
  }

  /**
   * Makes the hub's namespaces and its link to the host, which routes the cluster's addresses to
   * it.
   */
  void createHub() {
    hold(HUB);
    run(HUB, "mount -t tmpfs -o mode=755 tmpfs /run");
    HostCommand.run(
        "ip",
        "link",
        "add",
        plan.link(),
        "type",
        "veth",
        "peer",
        "name",
        "uplink",
        "netns",
        pid(HUB));
    HostCommand.run("ip", "address", "add", plan.host() + "/30", "dev", plan.link());
    HostCommand.run("ip", "link", "set", plan.link(), "up");
    HostCommand.run("ip", "route", "add", plan.clusterCidr(), "via", plan.hubUplink());
    // Between clusters of this host, and only between them: a pod of one reaches the API of
    // another.
    HostCommand.run("sysctl", "-q", "-w", "net.ipv4.conf.%s.forwarding=1".formatted(plan.link()));
    run(
        HUB,
        forwarding(),
        "ip address add %s/30 dev uplink".formatted(plan.hubUplink()),
        "ip link set uplink up",
        "ip route add default via " + plan.host(),
        "ip link add %s type bridge".formatted(BRIDGE),
        "ip address add %s/24 dev %s".formatted(plan.hub(), BRIDGE),
        "ip link set %s up".formatted(BRIDGE));
  }

  /**
   * Makes a node's namespaces, with folders of its own for images, volumes and logs, and its link
   * to the hub.
   */
  void createNode(String node, int number, int nodes) {
    hold(node);
    for (String folder : List.of("run", "log", "lib")) {
      makeFolder(directory.node(node).resolve(folder));
    }
    Path base = directory.node(node);
    run(
        node,
        "mount --bind %s/run /run".formatted(base),
        "mount --bind %s/log /var/log".formatted(base),
        "mount --bind %s/lib /var/lib".formatted(base));
    run(
        HUB,
        "ip link add %s type veth peer name eth0 netns %s".formatted(port(number), pid(node)),
        "ip link set %s master %s up".formatted(port(number), BRIDGE),
        "ip route add %s via %s".formatted(plan.pods(number), plan.node(number)));
    List<String> commands = new ArrayList<>();
    commands.add(forwarding());
    commands.add("ip address add %s/24 dev eth0".formatted(plan.node(number)));
    commands.add("ip link set eth0 up");
    commands.add("ip route add default via " + plan.hub());
    for (int other = 1; other <= nodes; other++) {
      if (other != number) {
        commands.add("ip route add %s via %s".formatted(plan.pods(other), plan.node(other)));
      }
    }
    run(node, commands.toArray(String[]::new));
  }

  /** Cuts a node's link to the hub or restores it. */
  void setLink(int number, boolean up) {
    run(HUB, "ip link set %s %s".formatted(port(number), up ? "up" : "down"));
  }

  private void hold(String namespace) {
    String role = holder(namespace);
    processes.start(new Launch(role, NEW, List.of("sleep", "infinity")));
    Await.until(
        "the namespaces of " + namespace + " exist",
        Duration.ofSeconds(10),
        () -> processes.find(role).isPresent(),
        () -> processes.logTail(role));
    // Connections whose other end was killed must not hold the namespace for minutes.
    run(
        namespace,
        "mount --make-rshared /",
        "ip link set lo up",
        "sysctl -q -w net.ipv4.tcp_orphan_retries=1");
  }

  private static String forwarding() {
    return "sysctl -q -w net.ipv4.ip_forward=1";
  }

  private static String port(int number) {
    return "node" + number;
  }

  private String pid(String namespace) {
    return processes.enter(namespace).get(2);
  }

  private void run(String namespace, String... commands) {
    List<String> command = new ArrayList<>(processes.enter(namespace));
    command.addAll(List.of("sh", "-e", "-c", String.join("\n", commands)));
    HostCommand.run(command);
  }

  private static void makeFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new ClusterException("Cannot make " + folder, e);
    }
  }
}
