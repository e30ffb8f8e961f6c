package dev.modelfleet.quickstart;

import dev.modelfleet.testclusters.TestCluster;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The product in a cluster: the Helm chart, with the images and the registry of that cluster. */
public final class Installation {

  /** Namespace of the operator. */
  public static final String NAMESPACE = "modelfleet-system";

  private static final String RELEASE = "modelfleet";

  private Installation() {}

  /**
   * Installs or upgrades the operator and waits until it is ready.
   *
   * @param root of the source tree
   * @param extraValues further chart values, {@code key=value}
   */
  public static void install(Path root, TestCluster cluster, Images images, String... extraValues) {
    String registry = cluster.registry().clusterAddress();
    List<String> command =
        new ArrayList<>(
            List.of(
                "upgrade",
                "--install",
                RELEASE,
                root.resolve("charts/modelfleet").toString(),
                "--namespace",
                NAMESPACE,
                "--create-namespace",
                "--wait",
                "--timeout",
                "3m",
                "--set",
                "image.repository=" + images.operator().repository(),
                "--set",
                "image.digest=" + images.operator().digest(),
                "--set",
                "runtimeImage.repository=" + images.runtime().repository(),
                "--set",
                "runtimeImage.digest=" + images.runtime().digest(),
                "--set",
                "registry.repository=" + registry + "/variants",
                "--set",
                "registry.plainHttp={" + registry + "}"));
    for (String value : extraValues) {
      command.addAll(List.of("--set", value));
    }
    helm(cluster).run(command.toArray(String[]::new));
  }

  /** Removes the operator; the custom resource definitions stay, as Helm leaves them. */
  public static void remove(TestCluster cluster) {
    helm(cluster)
        .run("uninstall", RELEASE, "--namespace", NAMESPACE, "--wait", "--ignore-not-found");
  }

  private static Kubectl helm(TestCluster cluster) {
    return new Kubectl(cluster.helm(), cluster.kubeconfig());
  }
}
