package dev.modelfleet.systemtests;

import dev.modelfleet.quickstart.Images;
import dev.modelfleet.quickstart.Installation;
import dev.modelfleet.quickstart.Kubectl;
import dev.modelfleet.quickstart.Program;
import dev.modelfleet.quickstart.Push;
import dev.modelfleet.testclusters.TestCluster;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The product installed in a cluster.
 *
 * @param root of the source tree
 * @param cluster it runs in
 * @param client an administrator's
 */
record Product(Path root, TestCluster cluster, KubernetesClient client) implements AutoCloseable {

  /** Builds and pushes the images, and installs the chart. */
  static Product install(TestCluster cluster) {
    Path root = Path.of("").toAbsolutePath().getParent().getParent();
    Images images =
        Images.build(root, cluster.registry().hostAddress(), cluster.registry().clusterAddress());
    Installation.install(root, cluster, images, "members.enabled=true");
    KubernetesClient client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(cluster.kubeconfig().toFile()))
            .build();
    return new Product(root, cluster, client);
  }

  /** kubectl, as a user has it. */
  Kubectl kubectl() {
    return new Kubectl(cluster.kubectl(), cluster.kubeconfig());
  }

  /**
   * Creates a namespace that enforces the restricted Pod Security Standard, once an earlier one of
   * that name is gone.
   */
  void createNamespace(String name) {
    awaitGone(name);
    client
        .namespaces()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                .endMetadata()
                .build())
        .create();
  }

  /** Deletes a namespace, which takes half a minute where pods ran in it, and doesn't wait. */
  void deleteNamespace(String name) {
    client.namespaces().withName(name).delete();
  }

  private void awaitGone(String namespace) {
    client
        .namespaces()
        .withName(namespace)
        .waitUntilCondition(found -> found == null, 2, TimeUnit.MINUTES);
  }

  /**
   * Pushes files to the cluster's registry.
   *
   * @return the {@code oci://} URI by which the cluster reaches them
   */
  String push(String repositoryAndTag, Path... files) {
    return Push.files(cluster.registry(), repositoryAndTag, files);
  }

  /** Ends the operator's pods without grace and returns once the API server has forgotten them. */
  void killOperator() {
    for (Pod pod : operatorPods()) {
      client.resource(pod).withGracePeriod(0).withTimeout(1, TimeUnit.MINUTES).delete();
    }
  }

  /** The operator's pods. */
  List<Pod> operatorPods() {
    return client
        .pods()
        .inNamespace(Installation.NAMESPACE)
        .withLabel("app.kubernetes.io/name", "modelfleet")
        .list()
        .getItems();
  }

  /** Whether a user or service account is allowed something. */
  boolean may(String user, String verb, String group, String resource, String namespace) {
    return client
        .authorization()
        .v1()
        .subjectAccessReview()
        .create(
            new SubjectAccessReviewBuilder()
                .withNewSpec()
                .withUser(user)
                .withGroups("system:authenticated")
                .withNewResourceAttributes()
                .withVerb(verb)
                .withGroup(group)
                .withResource(resource)
                .withNamespace(namespace)
                .endResourceAttributes()
                .endSpec()
                .build())
        .getStatus()
        .getAllowed();
  }

  /** Removes the product once nothing is left that the operator has to take leave of. */
  @Override
  public void close() {
    client.namespaces().list().getItems().stream()
        .filter(namespace -> namespace.getMetadata().getDeletionTimestamp() != null)
        .forEach(namespace -> awaitGone(namespace.getMetadata().getName()));
    Installation.remove(cluster);
    client.close();
  }

  /** Runs {@code kubectl modelfleet} as a user does who has the plugin on PATH. */
  String plugin(String namespace, String... arguments) {
    Path plugin = root().resolve("operator/kubectl-plugin/target/plugin");
    List<String> command = new ArrayList<>(List.of(kubectl().program().toString(), "modelfleet"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("-n", namespace));
    return Program.run(
        command,
        builder -> {
          builder.directory(root().toFile());
          var environment = builder.environment();
          environment.put("KUBECONFIG", kubectl().kubeconfig().toString());
          environment.put("JAVA_HOME", System.getProperty("java.home"));
          environment.merge("PATH", plugin.toString(), (path, added) -> added + ":" + path);
        });
  }
}
