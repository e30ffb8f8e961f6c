package dev.modelfleet.testclusters.local;

import dev.modelfleet.testclusters.ClusterException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where one cluster keeps everything: {@code <root>/<name>}. Removing it removes the cluster's
 * files.
 */
public record StateDirectory(Path path) {

  /** The folder of all clusters that {@code user} starts on this machine. */
  public static Path root(Map<String, String> environment, String user) {
    String temporary = environment.getOrDefault("TMPDIR", "");
    String name = "modelfleet-clusters" + (user.equals("root") ? "" : "-" + user);
    return Path.of(temporary.isEmpty() ? "/tmp" : temporary).resolve(name);
  }

  /** The folder of all clusters of the current user. */
  public static Path root() {
    return root(System.getenv(), System.getProperty("user.name"));
  }

  /**
   * Makes a folder that only this user may enter: a cluster's folder holds an administrator's
   * token.
   *
   * @throws ClusterException when somebody else owns it
   */
  static void createPrivate(Path folder) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    String owner = Files.getOwner(folder).getName();
    String user = System.getProperty("user.name");
    if (!owner.equals(user)) {
      throw new ClusterException(
          "%s belongs to %s: set TMPDIR to a folder of %s".formatted(folder, owner, user));
    }
  }

  /** All clusters' folders under {@code root}. */
  public static List<StateDirectory> list(Path root) {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(root)) {
      return entries.filter(Files::isDirectory).sorted().map(StateDirectory::new).toList();
    } catch (IOException e) {
      throw new ClusterException("Cannot list " + root, e);
    }
  }

  /** The cluster's name. */
  public String name() {
    return path.getFileName().toString();
  }

  /** The kubeconfig of an administrator. */
  public Path kubeconfig() {
    return path.resolve("kubeconfig");
  }

  /** The API server's audit log, one JSON event a line, at level Metadata. */
  public Path auditLog() {
    return path.resolve("audit.log");
  }

  /** What is known about the cluster. */
  public Path description() {
    return path.resolve("cluster.json");
  }

  /** Links to the programs that a user of the cluster wants on the search path. */
  public Path bin() {
    return path.resolve("bin");
  }

  /** Certificates, tokens and kubeconfigs of the cluster's own programs. */
  public Path secrets() {
    return path.resolve("secrets");
  }

  /** The log of a program. */
  public Path log(String role) {
    return path.resolve("logs").resolve(role + ".log");
  }

  /** How a program was started. */
  public Path process(String role) {
    return path.resolve("processes").resolve(role + ".json");
  }

  /** The folder of one node. */
  public Path node(String node) {
    return path.resolve("nodes").resolve(node);
  }

  /** A file of the control plane by its name. */
  public Path file(String name) {
    return path.resolve(name);
  }

  /** Writes a text file, its folder made where it is missing. */
  static void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new ClusterException("Cannot write " + file, e);
    }
  }
}
