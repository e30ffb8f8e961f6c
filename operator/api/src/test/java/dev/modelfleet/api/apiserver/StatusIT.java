package dev.modelfleet.api.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.Condition;
import dev.modelfleet.api.v1alpha1.DeploymentPhase;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatus;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatusBuilder;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.ModelVariantStatus;
import dev.modelfleet.api.v1alpha1.ModelVariantStatusBuilder;
import dev.modelfleet.api.v1alpha1.ProofAccuracy;
import dev.modelfleet.api.v1alpha1.ProofGolden;
import dev.modelfleet.api.v1alpha1.ProofLatency;
import dev.modelfleet.api.v1alpha1.RejectedRevision;
import dev.modelfleet.api.v1alpha1.TargetStatusBuilder;
import dev.modelfleet.api.v1alpha1.VariantArtifact;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.api.v1alpha1.VariantProofBuilder;
import dev.modelfleet.api.v1alpha1.VariantTrialBuilder;
import dev.modelfleet.api.v1alpha1.WavePhase;
import dev.modelfleet.api.v1alpha1.WaveStatusBuilder;
import dev.modelfleet.artifact.MetricType;
import dev.modelfleet.artifact.TrialOutcome;
import dev.modelfleet.testclusters.TestCluster;
import dev.modelfleet.testclusters.WithTestCluster;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * A status that the operator writes by server-side apply is read back equal, and writing it again
 * changes nothing: so comparing the two keeps the operator quiet at rest.
 */
@WithTestCluster(nodes = 0)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StatusIT {

  private static final String DIGEST = "sha256:" + "a".repeat(64);

  private final KubernetesClient client;

  StatusIT(TestCluster cluster) {
    client = new CrdApiServer(cluster).client();
  }

  @Test
  void deploymentsStatus() {
    ModelDeploymentStatus status =
        ModelDeploymentStatusBuilder.builder()
            .observedGeneration(1L)
            .phase(DeploymentPhase.DEGRADED)
            .message("target edge: no recipe passes")
            .targets(2)
            .readyTargets(1)
            .readiness("3/4")
            .desired(4)
            .updated(3)
            .ready(3)
            .available(0)
            .currentRevision("6d5f")
            .updateRevision("7c9f")
            .rejectedRevisions(
                List.of(
                    new RejectedRevision("7c9f", "VariantRejected", "why", "2026-01-31T12:00:00Z")))
            .targetStatuses(
                List.of(
                    TargetStatusBuilder.builder()
                        .name("edge")
                        .phase(DeploymentPhase.BUILDING)
                        .variant("minilm-0123")
                        .recipe("dynamic-int8")
                        .artifact("registry.example.com/v@" + DIGEST)
                        .accuracyDrop("0.67%")
                        .size(new Quantity("23M"))
                        .latencyP99("4.63ms")
                        .message("building")
                        .build()))
            .waves(
                List.of(
                    WaveStatusBuilder.builder()
                        .name("first")
                        .phase(WavePhase.SOAKING)
                        .units(3)
                        .updated(2)
                        .verified(2)
                        .unreachable(1)
                        .startTime("2026-01-31T12:00:00Z")
                        .soakUntil("2026-01-31T13:00:00Z")
                        .message("2 of 3 units verified")
                        .build()))
            .modelDigest(DIGEST)
            .conditions(conditions())
            .build();

    assertReadBackEqual("ModelDeployment", ModelDeployment.class, ModelDeployment::new, status);
  }

  @Test
  void variantsStatus() {
    ModelVariantStatus status =
        ModelVariantStatusBuilder.builder()
            .observedGeneration(1L)
            .phase(VariantPhase.READY)
            .attempt(2)
            .excludedRecipes(List.of("static-int8"))
            .recipe("dynamic-int8")
            .artifact(new VariantArtifact("registry.example.com/v@" + DIGEST, DIGEST, 23041234L))
            .proof(
                VariantProofBuilder.builder()
                    .sourceSize(new Quantity("90.4M"))
                    .size(new Quantity("23M"))
                    .accuracy(
                        new ProofAccuracy(
                            MetricType.MEAN_SQUARED_ERROR,
                            Double.toString(0.0),
                            Double.toString(1.2e-7),
                            "0%",
                            100,
                            "-0.1%",
                            "0.2%",
                            "95%"))
                    .latency(new ProofLatency("1.7ms", "2.4ms", "edge-1"))
                    .originalLatency(new ProofLatency("4.6ms", "5.1ms", null))
                    .peakMemory(new Quantity("120Mi"))
                    .energyPerInference(new Quantity("12500u"))
                    .golden(new ProofGolden(true, "0.99998", 8))
                    .device("a CPU")
                    .build())
            .trials(
                List.of(
                    VariantTrialBuilder.builder()
                        .recipe("static-int8")
                        .outcome(TrialOutcome.REJECTED)
                        .reason("AccuracyBelowGate")
                        .message("lost 19.4%, accepted are 1%")
                        .size(new Quantity("23.1M"))
                        .accuracyDrop("19.4%")
                        .accuracyDropUpper("21%")
                        .latencyP99("15.2ms")
                        .build()))
            .conditions(conditions())
            .build();

    assertReadBackEqual("ModelVariant", ModelVariant.class, ModelVariant::new, status);
  }

  private static List<Condition> conditions() {
    return List.of(
        new Condition(
            "Ready", Condition.Status.FALSE, 1L, "2026-01-31T12:00:00Z", "Building", "building"),
        new Condition(
            "Reconciling",
            Condition.Status.TRUE,
            1L,
            "2026-01-31T12:00:00.123456Z",
            "Building",
            ""));
  }

  private <S, R extends CustomResource<?, S>> void assertReadBackEqual(
      String kind, Class<R> type, Supplier<R> empty, S status) {
    var stored = client.resource(Manifest.valid(kind)).inNamespace("default").create();
    try {
      R once = apply(empty, stored.getMetadata().getName(), status);
      R read = client.resource(once).get();
      R twice = apply(empty, stored.getMetadata().getName(), status);

      assertThat(type.cast(read).getStatus()).isEqualTo(status);
      assertThat(twice.getMetadata().getResourceVersion())
          .isEqualTo(once.getMetadata().getResourceVersion());
    } finally {
      client.resource(stored).delete();
    }
  }

  private <S, R extends CustomResource<?, S>> R apply(Supplier<R> empty, String name, S status) {
    R patch = empty.get();
    patch.setMetadata(new ObjectMetaBuilder().withName(name).withNamespace("default").build());
    patch.setStatus(status);
    return client
        .resource(patch)
        .subresource("status")
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager("modelfleet")
                .withForce(true)
                .build());
  }
}
