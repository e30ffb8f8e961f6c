import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.modelfleet.testclusters.ClusterSpec;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.host.HostCommand;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Measures the operator with one ModelDeployment on many simulated nodes: its first revision goes
 * everywhere at once, its second one in four waves. Told are the operator's CPU and what it
 * exchanges with the API server for each node, and the size of the status.
 */
final class WavesBenchmark {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final Duration PATIENCE = Duration.ofMinutes(20);
  private static final String NAME = "everywhere";

  private final TestCluster cluster;
  private final int nodes;
  private final Path folder;
  private final AuditLog audit;
  private final ClusterProcesses processes;

  private WavesBenchmark(TestCluster cluster, int nodes, Path folder) {
    this.cluster = cluster;
    this.nodes = nodes;
    this.folder = folder;
    this.audit = new AuditLog(cluster.auditLog().orElseThrow());
    this.processes = new ClusterProcesses(cluster.auditLog().orElseThrow().getParent());
  }

  /**
   * Runs.
   *
   * @param arguments number of nodes, and the operator's Java options
   */
  public static void main(String[] arguments) throws Exception {
    int nodes = Integer.parseInt(arguments[0]);
    Path folder = Files.createTempDirectory("waves-benchmark");
    ClusterSpec spec =
        ClusterSpec.named("waves")
            .withNodes(0)
            .withKwokNodes(nodes)
            .withKwokStages(SimulatedFleet.stages());
    try (TestCluster cluster = TestCluster.start(spec)) {
      new WavesBenchmark(cluster, nodes, folder).run(arguments[1]);
    }
  }

  private void run(String javaOptions) throws Exception {
    System.out.println("logs: " + folder);
    kubectl("apply", "-k", "crds");
    kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s");
    kubectl("taint", "nodes", "--all", "kwok.x-k8s.io/node-");
    apply("setting", setting());
    Path account = OperatorProcess.account(cluster, folder);
    Path log = folder.resolve("operator.log");
    try (OperatorProcess operator = OperatorProcess.start(cluster, account, javaOptions, log)) {
      TimeUnit.SECONDS.sleep(5);
      rollOut("first revision, everywhere at once", 1, operator);
      rollOut("second revision, in four waves", 2, operator);
    }
  }

  private void rollOut(String what, int revision, OperatorProcess operator) throws Exception {
    double cpu = operator.cpuSeconds();
    long bytes = operator.bytesExchanged();
    Map<String, Long> writes = audit.writes();
    Map<String, Double> others = processes.cpuSeconds();
    Instant start = Instant.now();
    apply("revision-" + revision, deployment(revision));
    long largest = await(revision);
    double seconds = Duration.between(start, Instant.now()).toMillis() / 1000.0;
    cpu = operator.cpuSeconds() - cpu;
    bytes = operator.bytesExchanged() - bytes;
    System.out.printf("%s: %d nodes, %.1f s%n", what, nodes, seconds);
    System.out.printf(
        "operator: %.1f s of CPU, %.2f ms and %.1f KiB exchanged for each node, %d MiB at its peak%n",
        cpu, 1000 * cpu / nodes, bytes / 1024.0 / nodes, operator.mebibytes("VmHWM"));
    System.out.printf("status: %d bytes at its largest%n", largest);
    processes
        .cpuSeconds()
        .forEach(
            (name, now) ->
                System.out.printf("%s: %.1f s of CPU%n", name, now - others.getOrDefault(name, 0.0)));
    audit
        .writes()
        .forEach(
            (name, count) -> {
              long more = count - writes.getOrDefault(name, 0L);
              if (more > 0) {
                System.out.printf("  %8d  %s%n", more, name);
              }
            });
    System.out.printf(
        "reconciliations of modeldeployment: p50 within %s s, p99 within %s s%n",
        operator.reconcileQuantile("modeldeployment", 0.5),
        operator.reconcileQuantile("modeldeployment", 0.99));
  }

  /** Waits until the spec is served everywhere. */
  private long await(int generation) throws Exception {
    Instant end = Instant.now().plus(PATIENCE);
    long largest = 0;
    while (Instant.now().isBefore(end)) {
      JsonNode object = MAPPER.readTree(kubectl("get", "md", NAME, "-o", "json"));
      JsonNode status = object.path("status");
      largest =
          Math.max(largest, status.toString().getBytes(StandardCharsets.UTF_8).length);
      System.out.printf(
          "%s %s %s%n",
          status.path("phase").asText(), status.path("readiness").asText(), status.path("message").asText());
      boolean done =
          status.path("phase").asText().equals("Healthy")
              && status.path("observedGeneration").asInt() == object.path("metadata").path("generation").asInt()
              && status.path("desired").asInt() == nodes;
      if (done) {
        return largest;
      }
      TimeUnit.SECONDS.sleep(5);
    }
    throw new IllegalStateException("not everywhere after " + PATIENCE + ": see " + folder);
  }

  private static String setting() {
    return """
        apiVersion: modelfleet.dev/v1alpha1
        kind: HardwareTarget
        metadata: {name: edge}
        spec:
          device: {class: CPU, architecture: amd64, precisions: [FP32, INT8]}
          engine: {name: ONNXRuntime}
          placement: {mode: PerNode, nodeSelector: {type: kwok}}
          budget: {latencyP99: 500ms}
        """;
  }

  private static String deployment(int revision) {
    return """
        apiVersion: modelfleet.dev/v1alpha1
        kind: ModelDeployment
        metadata: {name: %s, namespace: default}
        spec:
          model: {uri: "oci://registry.example.com/models/m:%2$d", digest: "sha256:%2$064x"}
          targets:
            - {name: edge, hardwareTargetRef: {name: edge}}
          rollout:
            waves:
              - {name: first, percent: 1%%}
              - {name: second, percent: 10%%}
              - {name: third, percent: 50%%}
        """
        .formatted(NAME, revision);
  }

  private void apply(String name, String manifest) throws Exception {
    Path file = Files.writeString(folder.resolve(name + ".yaml"), manifest);
    kubectl("apply", "-f", file.toString());
  }

  private String kubectl(String... arguments) {
    return HostCommand.run(
        Stream.concat(
                Stream.of(cluster.kubectl().toString(), "--kubeconfig=" + cluster.kubeconfig()),
                Stream.of(arguments))
            .toArray(String[]::new));
  }
}
