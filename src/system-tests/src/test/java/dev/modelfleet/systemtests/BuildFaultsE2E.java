package dev.modelfleet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A build that loses its pod or its Job is done all the same, without the user's help. */
@WithProduct
class BuildFaultsE2E {

  private Workspace workspace;

  @BeforeEach
  void apply(Product product, @TempDir Path files) throws Exception {
    workspace = new Workspace(product, "build-faults");
    String model = product.push("faults/model:1", TinyModel.write(files.resolve("m.onnx"), 3));
    String data =
        product.push(
            "faults/data:1",
            TinyModel.writeData(files.resolve("d.npz"), "x", TinyModel.INPUTS, 16));
    workspace.applyTinyPolicy("policy", data);
    workspace.applyEdgeTarget("faults-edge");
    workspace.applyDeployment("model", model, "policy", "faults-edge");
  }

  @AfterEach
  void delete() {
    workspace.close();
    workspace.deleteTargets("faults-edge");
  }

  @Test
  void anEvictedBuildPodIsReplaced() {
    Pod pod = awaitBuildPod();
    assertThat(
            workspace
                .client()
                .pods()
                .inNamespace(workspace.namespace())
                .withName(pod.getMetadata().getName())
                .evict())
        .isTrue();
    workspace.awaitReady("model");
    // Twice where the pod had just ended: it takes its result along, and the Job is made again.
    assertThat(workspace.variants())
        .singleElement()
        .satisfies(variant -> assertThat(variant.getStatus().attempt()).isBetween(1, 2));
  }

  @Test
  void aJobDeletedByHandIsMadeAgainOnceAndSaid() {
    awaitBuildPod();
    ModelVariant variant = workspace.awaitVariant(inPhase(VariantPhase.BUILDING));
    workspace
        .client()
        .batch()
        .v1()
        .jobs()
        .inNamespace(workspace.namespace())
        .withTimeout(30, TimeUnit.SECONDS)
        .delete();
    workspace.awaitReady("model");
    assertThat(
            workspace
                .client()
                .v1()
                .events()
                .inNamespace(workspace.namespace())
                .list()
                .getItems()
                .stream()
                .filter(
                    event ->
                        event.getInvolvedObject().getName().equals(variant.getMetadata().getName()))
                .filter(event -> event.getReason().contains("Job")))
        .as("events that tell of the Job that was made again")
        .isNotEmpty();
  }

  private Pod awaitBuildPod() {
    Predicate<Pod> running =
        pod -> List.of("Running", "Pending").contains(pod.getStatus().getPhase());
    return workspace
        .client()
        .pods()
        .inNamespace(workspace.namespace())
        .informOnCondition(pods -> pods.stream().anyMatch(running))
        .thenApply(pods -> pods.getFirst())
        .orTimeout(60, TimeUnit.SECONDS)
        .join();
  }

  private static Predicate<ModelVariant> inPhase(VariantPhase phase) {
    return variant -> variant.getStatus() != null && variant.getStatus().phase() == phase;
  }
}
