package dev.modelfleet.api.apiserver;

import dev.modelfleet.testclusters.TestCluster;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An API server with the committed CRDs. */
final class CrdApiServer {

  private static final Path CRDS = Path.of("../../crds");

  private final TestCluster cluster;
  private final KubernetesClient client;

  CrdApiServer(TestCluster cluster) {
    this.cluster = cluster;
    this.client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(cluster.kubeconfig().toFile()))
            .build();
    kubectl("apply", "--server-side", "-k", CRDS.toString());
    client
        .resources(CustomResourceDefinition.class)
        .list()
        .getItems()
        .forEach(
            crd ->
                client
                    .resource(crd)
                    .waitUntilCondition(CrdApiServer::isEstablished, 30, TimeUnit.SECONDS));
  }

  private static boolean isEstablished(CustomResourceDefinition crd) {
    return crd.getStatus() != null
        && crd.getStatus().getConditions().stream()
            .anyMatch(
                condition ->
                    condition.getType().equals("Established")
                        && condition.getStatus().equals("True"));
  }

  KubernetesClient client() {
    return client;
  }

  /** What the API server makes of an object, without storing it; unknown fields are refused. */
  GenericKubernetesResource dryRun(GenericKubernetesResource object) {
    return client
        .resource(object)
        .inNamespace("default")
        .dryRun()
        .fieldValidation(Validation.STRICT)
        .create();
  }

  /** What kubectl prints; a failure of it is an error. */
  String kubectl(String... arguments) {
    List<String> command = new ArrayList<>(List.of(cluster.kubectl().toString()));
    command.add("--kubeconfig=" + cluster.kubeconfig());
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      if (status != 0) {
        throw new IllegalStateException(command + " ended with " + status + ": " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in " + command, e);
    }
  }
}
