package dev.modelfleet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.ModelVariant;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two deployments of one model to one class of devices share one variant. It goes when the last of
 * them goes, with everything else that they made.
 */
@WithProduct
class SharingAndDeletionE2E {

  @Test
  void aVariantLivesAsLongAsADeploymentUsesIt(Product product, @TempDir Path files)
      throws Exception {
    try (Workspace workspace = new Workspace(product, "sharing")) {
      String model = product.push("sharing/model:1", TinyModel.write(files.resolve("m.onnx"), 1));
      String data =
          product.push(
              "sharing/data:1",
              TinyModel.writeData(files.resolve("d.npz"), "x", TinyModel.INPUTS, 16));
      workspace.applyTinyPolicy("policy", data);
      workspace.applyEdgeTarget("sharing-edge");
      workspace.applyDeployment("first", model, "policy", "sharing-edge");
      workspace.applyDeployment("second", model, "policy", "sharing-edge");
      workspace.awaitReady("first");
      workspace.awaitReady("second");
      assertThat(workspace.variants()).hasSize(1);
      assertThat(buildJobs(workspace)).isEqualTo(1);

      workspace.deployment("first").withTimeout(1, TimeUnit.MINUTES).delete();
      workspace
          .client()
          .apps()
          .daemonSets()
          .inNamespace(workspace.namespace())
          .withName("first-edge")
          .waitUntilCondition(found -> found == null, 60, TimeUnit.SECONDS);
      assertThat(workspace.variants()).hasSize(1);
      workspace.awaitReady("second");

      workspace.deployment("second").withTimeout(1, TimeUnit.MINUTES).delete();
      for (ModelVariant variant : workspace.variants()) {
        workspace
            .client()
            .resource(variant)
            .waitUntilCondition(found -> found == null, 60, TimeUnit.SECONDS);
      }
      assertNothingIsLeft(workspace);
      workspace
          .client()
          .resources(dev.modelfleet.api.v1alpha1.HardwareTarget.class)
          .withName("sharing-edge")
          .delete();
    }
  }

  private static long buildJobs(Workspace workspace) {
    return workspace
        .client()
        .batch()
        .v1()
        .jobs()
        .inNamespace(workspace.namespace())
        .list()
        .getItems()
        .stream()
        .map(Job::getMetadata)
        .filter(metadata -> metadata.getName().contains("build"))
        .count();
  }

  private static void assertNothingIsLeft(Workspace workspace) {
    var client = workspace.client();
    String namespace = workspace.namespace();
    client
        .pods()
        .inNamespace(namespace)
        .informOnCondition(List::isEmpty)
        .orTimeout(90, TimeUnit.SECONDS)
        .join();
    assertThat(client.batch().v1().jobs().inNamespace(namespace).list().getItems()).isEmpty();
    assertThat(client.apps().daemonSets().inNamespace(namespace).list().getItems()).isEmpty();
    assertThat(client.apps().deployments().inNamespace(namespace).list().getItems()).isEmpty();
    assertThat(client.services().inNamespace(namespace).list().getItems()).isEmpty();
    assertThat(client.apps().controllerRevisions().inNamespace(namespace).list().getItems())
        .isEmpty();
  }
}
