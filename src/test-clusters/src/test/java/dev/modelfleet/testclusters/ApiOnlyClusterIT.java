package dev.modelfleet.testclusters;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A test without nodes gets a real API server in which it plays the workload controllers itself,
 * while what deletes is real: dependents go with their owner, namespaces end.
 */
@WithTestCluster(nodes = 0)
class ApiOnlyClusterIT {
  private KubernetesClient client;

  @BeforeEach
  void connect(TestCluster cluster) {
    Config config = Config.fromKubeconfig(cluster.kubeconfig().toFile());
    client = new KubernetesClientBuilder().withConfig(config).build();
  }

  @AfterEach
  void disconnect() {
    client.close();
  }

  @Test
  void dependentsGoWithTheirOwnerAndNobodyElsePlaysTheJobController() {
    Job job = client.batch().v1().jobs().inNamespace("default").resource(job()).create();
    ConfigMap dependent =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName("dependent")
            .addNewOwnerReference()
            .withApiVersion("batch/v1")
            .withKind("Job")
            .withName(job.getMetadata().getName())
            .withUid(job.getMetadata().getUid())
            .endOwnerReference()
            .endMetadata()
            .build();
    client.configMaps().inNamespace("default").resource(dependent).create();

    client.batch().v1().jobs().inNamespace("default").withName("job").delete();

    client
        .configMaps()
        .inNamespace("default")
        .withName("dependent")
        .waitUntilCondition(Objects::isNull, 30, TimeUnit.SECONDS);
    assertThat(client.pods().inNamespace("default").list().getItems()).isEmpty();
  }

  @Test
  void namespacesEnd() {
    client
        .namespaces()
        .resource(new NamespaceBuilder().withNewMetadata().withName("ends").endMetadata().build())
        .create();
    client
        .serviceAccounts()
        .inNamespace("ends")
        .withName("default")
        .waitUntilCondition(Objects::nonNull, 30, TimeUnit.SECONDS);

    client.namespaces().withName("ends").delete();

    client.namespaces().withName("ends").waitUntilCondition(Objects::isNull, 30, TimeUnit.SECONDS);
  }

  @Test
  void writesAreCountedInTheAuditLog(TestCluster cluster) throws IOException {
    client
        .configMaps()
        .inNamespace("default")
        .resource(
            new ConfigMapBuilder().withNewMetadata().withName("counted").endMetadata().build())
        .create();

    assertThat(Files.readString(cluster.auditLog().orElseThrow()))
        .contains("/api/v1/namespaces/default/configmaps", "\"verb\":\"create\"");
  }

  @Test
  void theApiServerComesBackWithWhatItKnew(TestCluster cluster) {
    client
        .configMaps()
        .inNamespace("default")
        .resource(new ConfigMapBuilder().withNewMetadata().withName("stays").endMetadata().build())
        .create();
    Faults faults = cluster.faults().orElseThrow();

    faults.killApiServer();
    faults.startApiServer();

    assertThat(client.configMaps().inNamespace("default").withName("stays").get()).isNotNull();
  }

  @Test
  void theRegistryAnswersAtLoopback(TestCluster cluster) throws IOException, InterruptedException {
    URI uri = URI.create("http://" + cluster.registry().hostAddress() + "/v2/");
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> response =
          http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(uri.getHost()).isEqualTo("127.0.0.1");
    }
  }

  private static Job job() {
    return new JobBuilder()
        .withNewMetadata()
        .withName("job")
        .endMetadata()
        .withNewSpec()
        .withNewTemplate()
        .withNewSpec()
        .withRestartPolicy("Never")
        .addNewContainer()
        .withName("job")
        .withImage("example.com/job:1")
        .endContainer()
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }
}
