import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.quickstart.Images;
import dev.modelfleet.quickstart.Installation;
import dev.modelfleet.quickstart.MiniLmSample;
import dev.modelfleet.testclusters.ClusterSpec;
import dev.modelfleet.testclusters.TestCluster;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Measures the operator on a real cluster: how soon it is ready after its start, its resident
 * memory with 100 ModelDeployments, and how many objects it writes in a minute at rest.
 *
 * <p>The ModelDeployments share one variant of the sample's model and ask for no replicas: what is
 * measured is the operator, not the pods.
 */
final class OperatorBenchmark {

  private static final int DEPLOYMENTS = 100;

  public static void main(String[] arguments) throws Exception {
    Path root = Path.of("").toAbsolutePath();
    try (TestCluster cluster = TestCluster.start(ClusterSpec.named("benchmark"));
        KubernetesClient client =
            new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(cluster.kubeconfig().toFile()))
                .build();
        MiniLmSample sample = new MiniLmSample(root, cluster)) {
      Images images =
          Images.build(
              root, cluster.registry().hostAddress(), cluster.registry().clusterAddress());
      Installation.install(root, cluster, images);
      sample.push();
      sample.apply();
      awaitReady(client, MiniLmSample.NAME);

      Instant start = Instant.now();
      for (int i = 0; i < DEPLOYMENTS; i++) {
        client.load(stream(manifest(i))).inNamespace(MiniLmSample.NAMESPACE).serverSideApply();
      }
      for (int i = 0; i < DEPLOYMENTS; i++) {
        awaitReady(client, "model-" + i);
      }
      System.out.printf(
          "%d ModelDeployments applied and Ready after %.1f s%n",
          DEPLOYMENTS, Duration.between(start, Instant.now()).toMillis() / 1000.0);
      System.out.printf(
          "API writes for each ModelDeployment: %.1f%n",
          (double) writes(cluster.auditLog().orElseThrow()) / (DEPLOYMENTS + 1));
      System.out.printf("operator RSS: %d MiB%n", residentMebibytes());
      System.out.printf("API writes in a minute at rest: %d%n", writesInAMinute(cluster));
      System.out.printf("operator ready after a restart: %.1f s%n", secondsToReady(client));
    }
  }

  private static String manifest(int number) {
    return """
        apiVersion: modelfleet.dev/v1alpha1
        kind: ModelDeployment
        metadata:
          name: model-%d
        spec:
          model: {uri: "oci://registry.modelfleet.local:5000/models/minilm:1.0.0"}
          compression: {policyRef: {name: embeddings}}
          targets:
            - name: gpu
              hardwareTargetRef: {name: gpu-pool}
              replicas: 0
        """
        .formatted(number);
  }

  private static ByteArrayInputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void awaitReady(KubernetesClient client, String name) {
    client
        .resources(ModelDeployment.class)
        .inNamespace(MiniLmSample.NAMESPACE)
        .withName(name)
        .waitUntilCondition(
            found ->
                found != null
                    && found.getStatus() != null
                    && found.getStatus().conditions().stream()
                        .anyMatch(
                            condition ->
                                condition.type().equals("Ready") && condition.isTrue()),
            5,
            TimeUnit.MINUTES);
  }

  /** Resident memory of the operator's process, found by its command line. */
  private static long residentMebibytes() throws IOException {
    ProcessHandle operator =
        ProcessHandle.allProcesses()
            .filter(
                process ->
                    process
                        .info()
                        .commandLine()
                        .filter(line -> line.contains("/app/quarkus-run.jar"))
                        .isPresent())
            .max((a, b) -> Long.compare(a.pid(), b.pid()))
            .orElseThrow();
    return Files.readAllLines(Path.of("/proc/" + operator.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  /** Counts the operator's writes other than its lease's renewal in the API server's audit log. */
  private static long writesInAMinute(TestCluster cluster) throws Exception {
    Path log = cluster.auditLog().orElseThrow();
    long before = writes(log);
    TimeUnit.MINUTES.sleep(1);
    return writes(log) - before;
  }

  private static long writes(Path log) throws IOException {
    try (var lines = Files.lines(log)) {
      return lines
          .filter(line -> line.contains(":modelfleet-system:modelfleet-operator\""))
          .filter(line -> line.matches(".*\"verb\":\"(create|update|patch|delete)\".*"))
          .filter(line -> line.contains("\"stage\":\"ResponseComplete\""))
          .filter(line -> !line.contains("\"resource\":\"leases\""))
          .count();
    }
  }

  /** Seconds from the start of a new operator container to the pod's readiness. */
  private static double secondsToReady(KubernetesClient client) {
    var pods =
        client
            .pods()
            .inNamespace(Installation.NAMESPACE)
            .withLabel("app.kubernetes.io/name", "modelfleet");
    List<String> before =
        pods.list().getItems().stream().map(pod -> pod.getMetadata().getName()).toList();
    pods.delete();
    Pod ready =
        pods
            .informOnCondition(
                found -> found.stream().anyMatch(pod -> isReady(pod) && isNew(pod, before)))
            .orTimeout(1, TimeUnit.MINUTES)
            .join()
            .stream()
            .filter(pod -> isNew(pod, before))
            .findFirst()
            .orElseThrow();
    Instant started =
        Instant.parse(
            ready.getStatus().getContainerStatuses().getFirst().getState().getRunning().getStartedAt());
    return Duration.between(started, Instant.now()).toMillis() / 1000.0;
  }

  private static boolean isNew(Pod pod, List<String> before) {
    return !before.contains(pod.getMetadata().getName());
  }

  private static boolean isReady(Pod pod) {
    return pod.getStatus().getConditions().stream()
        .anyMatch(
            condition ->
                condition.getType().equals("Ready") && condition.getStatus().equals("True"));
  }
}
