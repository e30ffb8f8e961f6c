package dev.modelfleet.testclusters;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A running Kubernetes cluster for tests, with an OCI registry that its nodes pull from. */
public interface TestCluster extends AutoCloseable {
  /**
   * An image with a shell, busybox's programs and {@code fetch URL [BODY]} that is present on every
   * node of a locally built cluster; pull policy {@code IfNotPresent} or {@code Never}.
   */
  String BUSYBOX_IMAGE = "modelfleet.local/busybox:1";

  /** The cluster's name. */
  String name();

  /** A kubeconfig file of a cluster administrator. */
  Path kubeconfig();

  /** The registry. */
  Registry registry();

  /** The kubectl program. */
  Path kubectl();

  /** The Helm program. */
  Path helm();

  /** The folders that hold kubectl and Helm, for the search path of a shell. */
  default List<Path> searchPath() {
    return List.of(kubectl().getParent(), helm().getParent());
  }

  /** The names of the real nodes. */
  List<String> nodes();

  /**
   * The address under which pods reach a server of this process that listens on it or on all
   * addresses.
   */
  Optional<String> hostAddress();

  /** The API server's audit log (one JSON event a line, level Metadata), where it can be read. */
  Optional<Path> auditLog();

  /** The levers that hurt this cluster, where it has them. */
  Optional<Faults> faults();

  /** Puts the images of a docker or OCI archive on every node. */
  void importImages(Path archive);

  /**
   * Removes the cluster, unless it is kept or was not started by this process. Does nothing a
   * second time.
   */
  @Override
  void close();

  /**
   * Starts the cluster that {@code spec} wants, or attaches to a kept one of that name.
   *
   * @throws ClusterException when no provider can, with each one's reason
   */
  static TestCluster start(ClusterSpec spec) {
    return Providers.standard(line -> System.out.println("[test-cluster] " + line)).start(spec);
  }
}
