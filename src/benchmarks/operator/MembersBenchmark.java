import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.EdgeCluster;
import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.testclusters.ClusterSpec;
import dev.modelfleet.testclusters.CuttableLink;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.host.HostCommand;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Measures how long one ModelDeployment's new revisions take over many member clusters, first over
 * those that stay reachable alone, then with others beside them that can't be reached.
 *
 * <p>All member clusters are the hub's own API server: each has a kubeconfig, a client, informers
 * and a namespace of its own, and shares the controllers, nodes (KWOK's) and CPUs. The unreachable
 * ones are behind links: half of them refuse connections, half take them and never answer.
 */
final class MembersBenchmark {

  private static final int NODES = 20;
  private static final int ROUNDS = 3;
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final TestCluster cluster;
  private final KubernetesClient client;
  private final OperatorProcess operator;
  private int version;

  private MembersBenchmark(
      TestCluster cluster, KubernetesClient client, OperatorProcess operator) {
    this.cluster = cluster;
    this.client = client;
    this.operator = operator;
  }

  /**
   * Runs.
   *
   * @param arguments number of member clusters, percentage of unreachable ones among them, and the
   *     operator's Java options
   */
  public static void main(String[] arguments) throws Exception {
    int clusters = Integer.parseInt(arguments[0]);
    int away = clusters * Integer.parseInt(arguments[1]) / 100;
    Path folder = Files.createTempDirectory("members-benchmark");
    System.out.println("logs: " + folder);
    ClusterSpec spec =
        ClusterSpec.named("members")
            .withNodes(0)
            .withKwokNodes(NODES)
            .withKwokStages(SimulatedFleet.stages());
    try (TestCluster cluster = TestCluster.start(spec);
        KubernetesClient client =
            new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(cluster.kubeconfig().toFile()))
                .build()) {
      prepare(cluster, client);
      Path account = OperatorProcess.account(cluster, folder);
      try (OperatorProcess operator =
          OperatorProcess.start(cluster, account, arguments[2], folder.resolve("operator.log"))) {
        new MembersBenchmark(cluster, client, operator).run(clusters - away, away);
      }
    }
  }

  private static void prepare(TestCluster cluster, KubernetesClient client) {
    kubectl(cluster, "apply", "-k", "crds");
    for (int node = 1; node <= NODES; node++) {
      client
          .nodes()
          .withName("kwok-" + node)
          // Without the taint, builds run there too.
          .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"taints\":null}}");
    }
    kubectl(cluster, "wait", "--for=condition=Established", "crd", "--all", "--timeout=60s");
  }

  private void run(int reachable, int away) throws Exception {
    apply(setting());
    String direct = Files.readString(cluster.kubeconfig());
    try (CuttableLink refusing = link();
        CuttableLink silent = link()) {
      join(0, reachable, number -> direct);
      rollOut("first revision on " + reachable + " clusters");
      for (int round = 0; round < ROUNDS; round++) {
        rollOut("new revision on " + reachable + " clusters, all reachable");
      }
      join(
          reachable,
          reachable + away,
          number -> through(number % 2 == 0 ? refusing : silent, direct));
      awaitServed(reachable + away, "the other " + away + " serve as well");
      refusing.cut();
      silent.freeze();
      awaitConnected("Unreachable", away, "seen that " + away + " are away");
      for (int round = 0; round < ROUNDS; round++) {
        rollOut("new revision on " + reachable + " clusters, " + away + " others unreachable");
      }
      refusing.mend();
      silent.mend();
      awaitServed(reachable + away, "those caught up, all serve the newest,");
      System.out.printf(
          "operator: %d MiB resident, %d MiB at its peak, %.1f s of CPU%n",
          operator.mebibytes("VmRSS"), operator.mebibytes("VmHWM"), operator.cpuSeconds());
    }
  }

  private CuttableLink link() throws Exception {
    URI server = URI.create(client.getConfiguration().getMasterUrl());
    return new CuttableLink(
        InetAddress.getLoopbackAddress(),
        new InetSocketAddress(server.getHost(), server.getPort()));
  }

  private static String through(CuttableLink link, String kubeconfig) {
    return kubeconfig.replaceFirst(
        "(?m)^( *)server: .*$",
        "$1server: https://" + link.address() + "\n$1tls-server-name: kubernetes");
  }

  private void join(int from, int to, java.util.function.IntFunction<String> kubeconfig)
      throws InterruptedException {
    for (int number = from; number < to; number++) {
      apply(member(number, kubeconfig.apply(number)));
    }
    awaitConnected("Connected", to, to + " clusters connected");
  }

  private void rollOut(String what) throws Exception {
    version++;
    double cpu = operator.cpuSeconds();
    apply(deployment(version));
    await(() -> at(MembersBenchmark::hasVariants));
    Instant ready = Instant.now();
    await(
        () ->
            at(
                md ->
                    md.getStatus().phase() == DeploymentPhase.HEALTHY
                        && md.getStatus()
                            .updateRevision()
                            .equals(md.getStatus().currentRevision())));
    System.out.printf(
        "%-60s %6.1f s, %.1f s of CPU%n", what, seconds(ready), operator.cpuSeconds() - cpu);
  }

  private static boolean hasVariants(ModelDeployment deployment) {
    return deployment.getStatus().conditions().stream()
        .anyMatch(c -> c.type().equals("VariantsReady") && c.isTrue());
  }

  private boolean at(java.util.function.Predicate<ModelDeployment> wanted) {
    ModelDeployment found = deployment();
    return found.getStatus() != null
        && found.getMetadata().getGeneration().equals(found.getStatus().observedGeneration())
        && wanted.test(found);
  }

  private ModelDeployment deployment() {
    return client.resources(ModelDeployment.class).inNamespace("models").withName("m").get();
  }

  private void awaitConnected(String reason, int count, String what) throws InterruptedException {
    Instant start = Instant.now();
    await(
        () ->
            client.resources(EdgeCluster.class).list().getItems().stream()
                    .filter(found -> found.getStatus() != null)
                    .flatMap(found -> found.getStatus().conditions().stream())
                    .filter(c -> c.type().equals("Connected") && c.reason().equals(reason))
                    .count()
                >= count);
    System.out.printf("%-60s %6.1f s%n", what, seconds(start));
  }

  private void awaitServed(int count, String what) throws InterruptedException {
    Instant start = Instant.now();
    String revision = deployment().getStatus().updateRevision();
    await(
        () ->
            client.resources(EdgeDeployment.class).inAnyNamespace().list().getItems().stream()
                    .filter(found -> found.getStatus() != null)
                    .filter(found -> revision.equals(found.getStatus().currentRevision()))
                    .filter(found -> found.getStatus().phase() == DeploymentPhase.HEALTHY)
                    .count()
                >= count);
    System.out.printf("%-60s %6.1f s%n", what, seconds(start));
  }

  private static void await(BooleanSupplier done) throws InterruptedException {
    Instant deadline = Instant.now().plus(LIMIT);
    while (!done.getAsBoolean()) {
      if (Instant.now().isAfter(deadline)) {
        throw new IllegalStateException("not after " + LIMIT);
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  private void apply(String manifests) {
    client
        .load(new ByteArrayInputStream(manifests.getBytes(StandardCharsets.UTF_8)))
        .serverSideApply();
  }

  private static String setting() {
    return SimulatedFleet.policy("models")
        + """
        ---
        apiVersion: modelfleet.dev/v1alpha1
        kind: HardwareTarget
        metadata: {name: members}
        spec:
          device: {class: CPU, architecture: amd64, precisions: [FP32, INT8]}
          engine: {name: ONNXRuntime}
          placement: {mode: Replicas, clusterSelector: {benchmark: members}}
        """;
  }

  private static String member(int number, String kubeconfig) {
    return """
        apiVersion: v1
        kind: Secret
        metadata: {name: member-%1$d, namespace: models}
        stringData:
          kubeconfig: |
        %2$s
        ---
        apiVersion: modelfleet.dev/v1alpha1
        kind: EdgeCluster
        metadata: {name: member-%1$d, labels: {benchmark: members}}
        spec:
          kubeconfigSecretRef: {namespace: models, name: member-%1$d}
          namespace: member-%1$d
        """
        .formatted(number, kubeconfig.stripTrailing().indent(4).stripTrailing());
  }

  private static String deployment(int version) {
    return """
        apiVersion: modelfleet.dev/v1alpha1
        kind: ModelDeployment
        metadata: {name: m, namespace: models}
        spec:
          model: {uri: "oci://registry.example.com/models/m:%1$d", digest: "sha256:%1$064x"}
          compression: {policyRef: {name: embeddings}}
          targets: [{name: edge, hardwareTargetRef: {name: members}, replicas: 1}]
        """
        .formatted(version);
  }

  private static String kubectl(TestCluster cluster, String... arguments) {
    return HostCommand.run(
        Stream.concat(
                Stream.of(cluster.kubectl().toString(), "--kubeconfig=" + cluster.kubeconfig()),
                Stream.of(arguments))
            .toArray(String[]::new));
  }

  private static double seconds(Instant since) {
    return Duration.between(since, Instant.now()).toMillis() / 1000.0;
  }
}
