package dev.modelfleet.testclusters.local;

import dev.modelfleet.testclusters.ClusterException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the programs of the control plane listen.
 *
 * @param namespace whose namespaces they run in
 * @param apiAddress the API server as everybody reaches it
 * @param apiPort its port
 * @param etcdPort etcd, at loopback
 * @param etcdPeerPort etcd's port for other members, at loopback
 * @param serviceCidr the cluster addresses of Services
 * @param registryPort the registry at the host's loopback
 */
record Layout(
    String namespace,
    String apiAddress,
    int apiPort,
    int etcdPort,
    int etcdPeerPort,
    String serviceCidr,
    int registryPort) {

  /**
   * Only an API server: at loopback, on free ports, in the host's namespaces, so that it needs no
   * root.
   */
  static Layout apiOnly(int registryPort) {
    List<Integer> ports = freePorts(3);
    return new Layout(
        Namespaces.HOST,
        "127.0.0.1",
        ports.get(0),
        ports.get(1),
        ports.get(2),
        "10.96.0.0/16",
        registryPort);
  }

  /** A control plane in the hub's namespaces, where all ports are free. */
  static Layout hub(NetworkPlan plan, int registryPort) {
    return new Layout(
        Namespaces.HUB,
        plan.hub(),
        NetworkPlan.API_PORT,
        2379,
        2380,
        plan.serviceCidr(),
        registryPort);
  }

  /** The API server's URL. */
  String apiUrl() {
    return "https://%s:%d".formatted(apiAddress, apiPort);
  }

  /** Distinct ports that were free at loopback a moment ago. */
  static List<Integer> freePorts(int count) {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      List<Integer> ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
      for (ServerSocket socket : sockets) {
        socket.close();
      }
      return ports;
    } catch (IOException e) {
      throw new ClusterException("No free port at loopback", e);
    }
  }
}
