package dev.modelfleet.testclusters.local;

import java.util.List;
import java.util.Map;

/**
 * How one program of a cluster is started.
 *
 * @param role its name within the cluster
 * @param namespace the namespaces it runs in: {@link Namespaces#HOST}, {@link Namespaces#HUB},
 *     {@link Namespaces#NEW} or a node's name
 * @param command program and arguments
 * @param environment variables beside those every program gets
 */
record Launch(
    String role, String namespace, List<String> command, Map<String, String> environment) {
  Launch {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  Launch(String role, String namespace, List<String> command) {
    this(role, namespace, command, Map.of());
  }

  /** The file name of the program. */
  String program() {
    String path = command.getFirst();
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
