package dev.modelfleet.quickstart;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.testclusters.ClusterSpec;
import dev.modelfleet.testclusters.Providers;
import dev.modelfleet.testclusters.TestCluster;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The whole product once: a cluster, the operator, one ModelDeployment for a GPU pool and an edge
 * node, and an inference on each.
 */
@Command(
    name = "quickstart",
    mixinStandardHelpOptions = true,
    description = "Takes a sentence encoder to a GPU node and a K3s edge node, on a real cluster.")
public final class Quickstart implements Callable<Integer> {

  private static final Duration READY_LIMIT = Duration.ofMinutes(5);

  @Option(names = "--keep", description = "Leave the cluster up and print how to reach it.")
  private boolean keep;

  @Option(names = "--clean", description = "Remove what an earlier run with --keep left.")
  private boolean clean;

  private final Path root = Path.of("").toAbsolutePath();

  /** Runs the quickstart from the root of the source tree. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Quickstart()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    ClusterSpec spec = ClusterSpec.named(ClusterSpec.DEFAULT_NAME);
    if (clean) {
      remove(spec);
      return 0;
    }
    title("Cluster");
    try (TestCluster cluster = TestCluster.start(keep ? spec.kept() : spec)) {
      run(cluster);
      if (keep) {
        title("Kept");
        System.out.println("export KUBECONFIG=" + cluster.kubeconfig());
        System.out.println("Remove it with: src/quickstart --clean");
      }
    }
    return 0;
  }

  private void run(TestCluster cluster) throws Exception {
    title("Images");
    Images images =
        Images.build(root, cluster.registry().hostAddress(), cluster.registry().clusterAddress());
    System.out.println(
        "operator and runtime image pushed to " + cluster.registry().clusterAddress());
    title("Operator");
    Installation.install(root, cluster, images);
    System.out.println("Helm release installed in namespace " + Installation.NAMESPACE);
    try (KubernetesClient client = connect(cluster);
        MiniLmSample sample = new MiniLmSample(root, cluster)) {
      title("Model");
      sample.push();
      System.out.println("all-MiniLM-L6-v2 and its data sets pushed to the registry");
      title("Build, proof and rollout");
      sample.apply();
      Duration took =
          new Progress(client, MiniLmSample.NAMESPACE, MiniLmSample.NAME, System.out)
              .awaitReady(READY_LIMIT);
      System.out.printf("Ready after %.1f s:%n", took.toMillis() / 1000.0);
      phases(client).forEach(System.out::println);
      title("Proof");
      variants(client).stream().flatMap(Trials::of).forEach(System.out::println);
      title("Inference");
      sample.infer(client, "gpu", System.out);
      sample.infer(client, "edge", System.out);
      title("What kubectl shows");
      Kubectl kubectl = new Kubectl(cluster.kubectl(), cluster.kubeconfig());
      kubectl.show("get", "md,mv,hwt");
      kubectl.show("get", "md", MiniLmSample.NAME, "-o", "wide");
    }
  }

  /** Removes a cluster of ours, or what an earlier run left in one that is not. */
  private void remove(ClusterSpec spec) throws IOException {
    Providers providers = Providers.standard(System.out::println);
    if (providers.remove(spec.name())) {
      System.out.println("Removed cluster " + spec.name());
      return;
    }
    Optional<TestCluster> existing = providers.find(spec.name());
    if (existing.isEmpty()) {
      System.out.println("There is nothing to remove");
      return;
    }
    try (TestCluster cluster = existing.get();
        MiniLmSample sample = new MiniLmSample(root, cluster)) {
      sample.delete();
      Installation.remove(cluster);
      System.out.println("Removed the sample and the operator");
    }
  }

  private static List<String> phases(KubernetesClient client) {
    return Phases.of(
        client
            .resources(ModelDeployment.class)
            .inNamespace(MiniLmSample.NAMESPACE)
            .withName(MiniLmSample.NAME)
            .get(),
        variants(client));
  }

  private static List<ModelVariant> variants(KubernetesClient client) {
    return client
        .resources(ModelVariant.class)
        .inNamespace(MiniLmSample.NAMESPACE)
        .list()
        .getItems();
  }

  static KubernetesClient connect(TestCluster cluster) {
    return new KubernetesClientBuilder()
        .withConfig(Config.fromKubeconfig(cluster.kubeconfig().toFile()))
        .build();
  }

  private static void title(String text) {
    System.out.println("\n== " + text);
  }
}
