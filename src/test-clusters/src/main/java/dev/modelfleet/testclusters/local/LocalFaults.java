package dev.modelfleet.testclusters.local;

import dev.modelfleet.testclusters.ClusterException;
import dev.modelfleet.testclusters.Faults;
import dev.modelfleet.testclusters.NodeSpec;
import dev.modelfleet.testclusters.host.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;

/** The levers of a cluster of processes. */
final class LocalFaults implements Faults {
  private final StateDirectory directory;
  private final ClusterDescription description;
  private final Processes processes;

  LocalFaults(StateDirectory directory, ClusterDescription description, Processes processes) {
    this.directory = directory;
    this.description = description;
    this.processes = processes;
  }

  @Override
  public void killApiServer() {
    processes.kill(ControlPlane.API_SERVER);
  }

  @Override
  public void startApiServer() {
    processes.startAgain(ControlPlane.API_SERVER);
    try (ClusterClient client = new ClusterClient(directory.kubeconfig())) {
      Await.until(
          "the API server is ready again",
          Duration.ofSeconds(60),
          client::apiReady,
          () -> processes.logTail(ControlPlane.API_SERVER));
    }
  }

  @Override
  public void pauseApiServer() {
    processes.signal(ControlPlane.API_SERVER, "STOP");
  }

  @Override
  public void resumeApiServer() {
    processes.signal(ControlPlane.API_SERVER, "CONT");
  }

  @Override
  public void killKubelet(String node) {
    processes.kill(NodeFiles.kubeletRole(spec(node).name()));
  }

  @Override
  public void startKubelet(String node) {
    NodeSpec spec = spec(node);
    try (ClusterClient client = new ClusterClient(directory.kubeconfig())) {
      // Reports bear whole seconds: the new kubelet's first must not bear that of the old one's
      // last.
      Instant last = client.lastReport(node);
      Await.until(
          "a second has passed since the last report of " + node,
          Duration.ofSeconds(5),
          () -> Instant.now().isAfter(last.plusSeconds(1)));
      processes.startAgain(NodeFiles.kubeletRole(node));
      client.awaitReportAfter(node, last);
      if (spec.gpus() > 0) {
        client.showGpus(spec);
      }
    }
  }

  @Override
  public void pauseKubelet(String node) {
    processes.signal(NodeFiles.kubeletRole(spec(node).name()), "STOP");
  }

  @Override
  public void resumeKubelet(String node) {
    processes.signal(NodeFiles.kubeletRole(spec(node).name()), "CONT");
  }

  @Override
  public void cutOff(String node) {
    namespaces().setLink(number(node), false);
  }

  @Override
  public void reconnect(String node) {
    namespaces().setLink(number(node), true);
  }

  private Namespaces namespaces() {
    return new Namespaces(directory, processes, description.plan());
  }

  private NodeSpec spec(String node) {
    return description.spec().nodes().get(number(node) - 1);
  }

  private int number(String node) {
    return 1
        + IntStream.range(0, description.spec().nodes().size())
            .filter(i -> description.spec().nodes().get(i).name().equals(node))
            .findFirst()
            .orElseThrow(
                () ->
                    new ClusterException(
                        "Cluster %s has no real node '%s'".formatted(directory.name(), node)));
  }
}
