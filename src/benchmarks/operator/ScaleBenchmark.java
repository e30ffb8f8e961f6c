import dev.modelfleet.testclusters.ClusterSpec;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.host.HostCommand;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Measures the operator with many ModelDeployments on simulated nodes: time to convergence, memory,
 * CPU, the time of reconciliations, API writes, and a restart in the middle of it.
 *
 * <p>API server, etcd, scheduler and the controllers for Jobs, Deployments and DaemonSets are real
 * and share the machine with the operator; kubelets are KWOK's.
 */
final class ScaleBenchmark {

  private static final int WRITERS = 4;
  private static final int MAX_STILL = 150;

  private final TestCluster cluster;
  private final SimulatedFleet fleet;
  private final Path folder;
  private final KubernetesClient client;
  private final AuditLog audit;
  private final ServerTable table;
  private final ClusterProcesses processes;

  private ScaleBenchmark(
      TestCluster cluster, SimulatedFleet fleet, Path folder, KubernetesClient client) {
    this.cluster = cluster;
    this.fleet = fleet;
    this.folder = folder;
    this.client = client;
    this.audit = new AuditLog(cluster.auditLog().orElseThrow());
    this.table = new ServerTable(client, "/apis/modelfleet.dev/v1alpha1/modeldeployments");
    this.processes = new ClusterProcesses(cluster.auditLog().orElseThrow().getParent());
  }

  /**
   * Runs.
   *
   * @param arguments number of ModelDeployments, of those that share a model, and of nodes; then
   *     {@code restart} to kill the operator when half are Ready; then the operator's Java options
   */
  public static void main(String[] arguments) throws Exception {
    SimulatedFleet fleet =
        new SimulatedFleet(
            Integer.parseInt(arguments[0]),
            Integer.parseInt(arguments[1]),
            Integer.parseInt(arguments[2]));
    boolean restart = arguments[3].equals("restart");
    Path folder = Files.createTempDirectory("scale-benchmark");
    ClusterSpec spec =
        ClusterSpec.named("scale")
            .withNodes(0)
            .withKwokNodes(fleet.nodes())
            .withKwokStages(SimulatedFleet.stages());
    try (TestCluster cluster = TestCluster.start(spec);
        KubernetesClient client =
            new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(cluster.kubeconfig().toFile()))
                .build()) {
      new ScaleBenchmark(cluster, fleet, folder, client).run(restart, arguments[4]);
    }
  }

  private void run(boolean restart, String javaOptions) throws Exception {
    System.out.println("logs: " + folder);
    prepare();
    Path account = OperatorProcess.account(cluster, folder);
    Path log = folder.resolve("operator.log");
    OperatorProcess operator = OperatorProcess.start(cluster, account, javaOptions, log);
    try {
      TimeUnit.SECONDS.sleep(5);
      Map<String, Long> before = audit.writes();
      Map<String, Double> cpuBefore = processes.cpuSeconds();
      Instant start = Instant.now();
      Thread.ofVirtual().start(this::apply);
      if (restart) {
        await(fleet.deployments() / 2, operator);
        operator.kill();
        Instant killed = Instant.now();
        operator = OperatorProcess.start(cluster, account, javaOptions, log);
        System.out.printf("operator killed, ready again after %.1f s%n", seconds(killed));
        await(fleet.deployments(), operator);
        System.out.printf("all Ready %.1f s after the kill%n", seconds(killed));
      } else {
        await(fleet.deployments(), operator);
      }
      System.out.printf("%d ModelDeployments Ready after %.1f s%n", fleet.deployments(), seconds(start));
      processes
          .cpuSeconds()
          .forEach(
              (name, cpu) ->
                  System.out.printf(
                      "%s: %.1f s of CPU%n", name, cpu - cpuBefore.getOrDefault(name, 0.0)));
      report(operator, before);
    } finally {
      operator.close();
    }
  }

  private void prepare() throws Exception {
    kubectl("apply", "-k", "crds");
    parallel(
        fleet.nodes(),
        node ->
            client
                .nodes()
                .withName("kwok-" + (node + 1))
                .patch(
                    PatchContext.of(PatchType.JSON_MERGE),
                    // Without the taint, builds run there too.
                    "{\"metadata\":{\"labels\":{\"benchmark/place\":\"%s\"}},\"spec\":{\"taints\":null}}"
                        .formatted(fleet.place(node))));
    Path setting = Files.writeString(folder.resolve("setting.yaml"), fleet.setting());
    kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s");
    kubectl("apply", "-f", setting.toString());
  }

  private void apply() {
    try {
      parallel(
          fleet.deployments(),
          number ->
              client
                  .load(
                      new ByteArrayInputStream(
                          fleet.deployment(number).getBytes(StandardCharsets.UTF_8)))
                  .serverSideApply());
    } catch (Exception e) {
      throw new IllegalStateException("the ModelDeployments could not be applied", e);
    }
  }

  /** Waits until so many ModelDeployments are Healthy, by the table that kubectl shows. */
  private void await(int wanted, OperatorProcess operator) throws Exception {
    Instant start = Instant.now();
    long healthy = 0;
    int still = 0;
    while (healthy < wanted && still < MAX_STILL) {
      TimeUnit.SECONDS.sleep(2);
      long before = healthy;
      healthy = table.rowsWith("Healthy");
      still = healthy == before ? still + 1 : 0;
      long resident = operator.mebibytes("VmRSS");
      System.out.printf(
          "%6.1f s  %d Healthy, operator %d MiB, %.1f s of CPU%n",
          seconds(start), healthy, resident, operator.cpuSeconds());
    }
    if (healthy < wanted) {
      System.out.println(kubectl("get", "modeldeployments,modelvariants,jobs", "-A"));
      throw new IllegalStateException("nothing became Healthy for five minutes");
    }
  }

  private void report(OperatorProcess operator, Map<String, Long> before) throws Exception {
    double cpu = operator.cpuSeconds();
    TimeUnit.SECONDS.sleep(10);
    Map<String, Long> after = audit.writes();
    System.out.printf(
        "operator: %d MiB resident, %d MiB at its peak, %.1f s of CPU%n",
        operator.mebibytes("VmRSS"), operator.mebibytes("VmHWM"), cpu);
    System.out.printf(
        "API writes for each ModelDeployment: %.1f%n",
        (double) (AuditLog.total(after) - AuditLog.total(before)) / fleet.deployments());
    after.forEach(
        (name, count) ->
            System.out.printf(
                "  %8d  %s%n", count - before.getOrDefault(name, 0L), name));
    for (String controller : List.of("modeldeployment", "modelvariant", "hardwaretarget")) {
      System.out.printf(
          "reconciliations of %s: p50 within %s s, p99 within %s s%n",
          controller,
          operator.reconcileQuantile(controller, 0.5),
          operator.reconcileQuantile(controller, 0.99));
    }
    operator.reconcileTimes().stream()
        .filter(line -> line.contains("_count") || line.contains("_max") || line.contains("_sum"))
        .forEach(System.out::println);
    long rest = AuditLog.total(audit.writes());
    double restCpu = operator.cpuSeconds();
    TimeUnit.SECONDS.sleep(30);
    System.out.printf(
        "at rest, 30 s: %d API writes, %.2f s of CPU%n",
        AuditLog.total(audit.writes()) - rest, operator.cpuSeconds() - restCpu);
  }

  private String kubectl(String... arguments) {
    return HostCommand.run(
        java.util.stream.Stream.concat(
                java.util.stream.Stream.of(
                    cluster.kubectl().toString(), "--kubeconfig=" + cluster.kubeconfig()),
                java.util.stream.Stream.of(arguments))
            .toArray(String[]::new));
  }

  private static void parallel(int count, IntConsumer work) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
      List<Future<?>> all =
          IntStream.range(0, count)
              .<Future<?>>mapToObj(i -> threads.submit(() -> work.accept(i)))
              .toList();
      for (Future<?> one : all) {
        one.get();
      }
    }
  }

  private static double seconds(Instant since) {
    return Duration.between(since, Instant.now()).toMillis() / 1000.0;
  }
}
