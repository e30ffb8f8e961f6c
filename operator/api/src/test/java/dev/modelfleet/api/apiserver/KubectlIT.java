package dev.modelfleet.api.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatusBuilder;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What kubectl shows of the samples. */
@WithTestCluster(nodes = 0)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubectlIT {

  private static final String SAMPLES = "../../src/samples/minilm";

  private final CrdApiServer server;

  KubectlIT(TestCluster cluster) {
    server = new CrdApiServer(cluster);
  }

  @BeforeAll
  void applySamples() {
    assertThat(server.kubectl("apply", "--validate=strict", "-k", SAMPLES))
        .contains(
            "compressionpolicy.modelfleet.dev/embeddings created",
            "hardwaretarget.modelfleet.dev/gpu-pool created",
            "hardwaretarget.modelfleet.dev/k3s-edge created",
            "modeldeployment.modelfleet.dev/minilm created");
    setStatus();
  }

  @AfterAll
  void deleteSamples() {
    server.kubectl("delete", "-k", SAMPLES);
  }

  private void setStatus() {
    KubernetesClient client = server.client();
    ModelDeployment minilm =
        client.resources(ModelDeployment.class).inNamespace("default").withName("minilm").require();
    minilm.setStatus(
        ModelDeploymentStatusBuilder.builder()
            .observedGeneration(1L)
            .phase(DeploymentPhase.HEALTHY)
            .readiness("2/2")
            .desired(2)
            .updated(2)
            .ready(2)
            .available(2)
            .currentRevision("7c9f")
            .conditions(
                List.of(
                    new Condition(
                        ModelDeploymentConditions.READY,
                        Condition.Status.TRUE,
                        1L,
                        "2026-01-31T12:00:00Z",
                        ModelDeploymentConditions.Reason.READY,
                        "")))
            .build());
    client.resource(minilm).updateStatus();
  }

  @Test
  void deploymentsReadLikeKubernetesOwn() {
    assertThat(columns("md", "minilm"))
        .containsExactly(
            List.of("NAME", "READY", "UP-TO-DATE", "AVAILABLE", "PHASE", "AGE"),
            List.of("minilm", "2/2", "2", "2", "Healthy"));
  }

  @Test
  void targetsShowTheirNodes() {
    assertThat(columns("hwt", "k3s-edge").getFirst())
        .containsExactly("NAME", "DEVICE", "MODE", "NODES", "READY-NODES", "READY", "AGE");
  }

  @Test
  void policiesShowTheirGate() {
    assertThat(columns("cpol", "embeddings").getFirst())
        .containsExactly("NAME", "ACCEPTED", "MAX-DROP", "FALLBACK", "USED-BY", "AGE");
  }

  @Test
  void allKindsAreListedByCategory() {
    assertThat(server.kubectl("get", "modelfleet", "-o", "name").lines())
        .contains(
            "modeldeployment.modelfleet.dev/minilm",
            "compressionpolicy.modelfleet.dev/embeddings",
            "hardwaretarget.modelfleet.dev/gpu-pool");
  }

  @Test
  void waitingForReadyReturns() {
    assertThat(server.kubectl("wait", "--for=condition=Ready", "md/minilm", "--timeout=5s"))
        .contains("condition met");
  }

  @Test
  void explainTellsMeaningLimitsAndExample() {
    assertThat(server.kubectl("explain", "modeldeployment.spec.rollout"))
        .contains(
            "How a new revision reaches the fleet when the spec or a variant changes.",
            "from 1% to 100%",
            "Example: 25%",
            "ProgressDeadlineExceeded",
            "10 to 86400");
  }

  /** Header and row, without the age. */
  private List<List<String>> columns(String kind, String name) {
    return server
        .kubectl("get", kind, name)
        .lines()
        .map(line -> List.of(line.strip().split("\\s{2,}")))
        .map(row -> row.getFirst().equals("NAME") ? row : row.subList(0, row.size() - 1))
        .toList();
  }
}
