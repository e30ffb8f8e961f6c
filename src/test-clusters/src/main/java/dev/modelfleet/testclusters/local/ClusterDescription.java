package dev.modelfleet.testclusters.local;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelfleet.testclusters.ClusterException;
import dev.modelfleet.testclusters.ClusterSpec;
import dev.modelfleet.testclusters.Registry;
import dev.modelfleet.testclusters.host.Owner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * What a cluster's folder says about it, so that another process can use it or clean it up.
 *
 * @param spec what was asked for
 * @param block the network block of {@link NetworkPlan}
 * @param registryPort the registry at the host's loopback
 * @param owner the process that removes the cluster at its end
 * @param ownerStarted when that process started, which tells it from a later one with the same id
 * @param kept whether the cluster is complete and stays without its owner
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record ClusterDescription(
    ClusterSpec spec, int block, int registryPort, long owner, String ownerStarted, boolean kept) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A cluster that this process owns. */
  static ClusterDescription own(ClusterSpec spec, int block, int registryPort) {
    Owner self = Owner.self();
    return new ClusterDescription(spec, block, registryPort, self.pid(), self.started(), false);
  }

  /** The same, staying without its owner. */
  ClusterDescription keep() {
    return new ClusterDescription(spec, block, registryPort, owner, ownerStarted, true);
  }

  /** Whether the process that started the cluster is still there. */
  @JsonIgnore
  boolean ownerAlive() {
    return new Owner(owner, ownerStarted).alive();
  }

  /** Whether the cluster has the nodes that {@code wanted} asks for. */
  boolean hasNodesOf(ClusterSpec wanted) {
    return spec.nodes().equals(wanted.nodes()) && spec.kwokNodes() == wanted.kwokNodes();
  }

  @JsonIgnore
  NetworkPlan plan() {
    return new NetworkPlan(block);
  }

  @JsonIgnore
  Registry registry() {
    return new Registry("127.0.0.1:" + registryPort, Registry.CLUSTER_ADDRESS);
  }

  /** The description in a folder; empty where there is none that this version can read. */
  static Optional<ClusterDescription> read(StateDirectory directory) {
    try {
      return Optional.of(
          JSON.readValue(directory.description().toFile(), ClusterDescription.class));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  void write(StateDirectory directory) {
    Path next = directory.file("cluster.json.next");
    try {
      StateDirectory.write(next, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this));
      Files.move(next, directory.description(), StandardCopyOption.ATOMIC_MOVE);
    } catch (JacksonException e) {
      throw new ClusterException("Cannot describe cluster " + directory.name(), e);
    } catch (IOException e) {
      throw new ClusterException("Cannot write " + directory.description(), e);
    }
  }
}
