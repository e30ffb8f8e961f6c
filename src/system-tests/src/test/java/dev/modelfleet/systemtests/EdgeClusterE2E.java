package dev.modelfleet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.EdgeCluster;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A member cluster is known by its kubeconfig. What the operator can say of it is in its status;
 * one that does not answer is unreachable, which is no failure.
 */
@WithProduct
class EdgeClusterE2E {

  private static final String CLUSTER = "edge-cluster-test";
  private static final String NAMESPACE = "edge-cluster";

  private final Product product;
  private Workspace workspace;

  EdgeClusterE2E(Product product) {
    this.product = product;
  }

  @BeforeEach
  void createNamespace() {
    workspace = new Workspace(product, NAMESPACE);
  }

  @AfterEach
  void delete() {
    product.client().resources(EdgeCluster.class).withName(CLUSTER).delete();
    product
        .client()
        .resources(EdgeCluster.class)
        .withName(CLUSTER)
        .waitUntilCondition(found -> found == null, 60, TimeUnit.SECONDS);
    workspace.close();
  }

  @Test
  void aClusterThatAnswersShowsItsVersionAndNodes() throws IOException {
    putKubeconfig(Files.readString(product.cluster().kubeconfig()));
    EdgeCluster cluster = awaitConnected("Connected");
    assertThat(cluster.getStatus().version()).startsWith("v1.");
    assertThat(cluster.getStatus().nodes()).isEqualTo(product.cluster().nodes().size());
    assertThat(cluster.getStatus().lastSeen()).isNotBlank();
  }

  @Test
  void aClusterThatDoesNotAnswerIsUnreachable() {
    putKubeconfig(
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
        users: [{name: u, user: {token: t}}]
        contexts: [{name: x, context: {cluster: c, user: u}}]
        current-context: x
        """);
    EdgeCluster cluster = awaitConnected("Unreachable");
    assertThat(connected(cluster).message()).contains("127.0.0.1");
  }

  @Test
  void aSecretThatHoldsNoKubeconfigIsNamed() {
    putKubeconfig("this is no kubeconfig");
    EdgeCluster cluster = awaitConnected("InvalidKubeconfig");
    assertThat(connected(cluster).message()).contains("edge-cluster/kubeconfig");
  }

  @Test
  void aMissingSecretIsNamed() {
    applyCluster();
    EdgeCluster cluster = awaitConnected("SecretMissing");
    assertThat(connected(cluster).message()).contains("kubeconfig");
  }

  private void putKubeconfig(String content) {
    product
        .client()
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName("kubeconfig")
                .withNamespace(NAMESPACE)
                .endMetadata()
                .addToStringData("kubeconfig", content)
                .build())
        .create();
    applyCluster();
  }

  private void applyCluster() {
    workspace.apply(
        """
        apiVersion: modelfleet.dev/v1alpha1
        kind: EdgeCluster
        metadata:
          name: %s
        spec:
          kubeconfigSecretRef: {namespace: %s, name: kubeconfig}
        """
            .formatted(CLUSTER, NAMESPACE));
  }

  private EdgeCluster awaitConnected(String reason) {
    return product
        .client()
        .resources(EdgeCluster.class)
        .withName(CLUSTER)
        .waitUntilCondition(
            found ->
                found != null
                    && found.getStatus() != null
                    && connected(found).reason().equals(reason),
            90,
            TimeUnit.SECONDS);
  }

  private static Condition connected(EdgeCluster cluster) {
    return cluster.getStatus().conditions().stream()
        .filter(condition -> condition.type().equals("Connected"))
        .findFirst()
        .orElseThrow();
  }
}
