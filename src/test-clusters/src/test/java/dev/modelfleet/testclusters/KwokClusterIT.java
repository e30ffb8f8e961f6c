package dev.modelfleet.testclusters;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Simulated nodes give scale: workload controllers and the scheduler are real, kubelets are not.
 */
@WithTestCluster(nodes = 0, kwokNodes = 20)
class KwokClusterIT {
  @Test
  void aDaemonSetRunsOnEverySimulatedNode(TestCluster cluster) {
    Config config = Config.fromKubeconfig(cluster.kubeconfig().toFile());
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
      client
          .resource(
              """
              apiVersion: apps/v1
              kind: DaemonSet
              metadata: {name: everywhere, namespace: default}
              spec:
                selector: {matchLabels: {app: everywhere}}
                template:
                  metadata: {labels: {app: everywhere}}
                  spec:
                    tolerations: [{operator: Exists}]
                    containers: [{name: main, image: "example.com/main:1"}]
              """)
          .create();

      DaemonSet ready =
          client
              .apps()
              .daemonSets()
              .inNamespace("default")
              .withName("everywhere")
              .waitUntilCondition(
                  set -> Integer.valueOf(20).equals(set.getStatus().getNumberReady()),
                  60,
                  TimeUnit.SECONDS);

      assertThat(ready.getStatus().getDesiredNumberScheduled()).isEqualTo(20);
      assertThat(cluster.nodes()).isEmpty();
    }
  }
}
