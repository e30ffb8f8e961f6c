package dev.modelfleet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The operator is killed without warning at five points of a deployment's life. Each time the new
 * one finishes the job: one variant, one build, Ready.
 */
@WithProduct
class OperatorRestartE2E {

  static Stream<Named<Consumer<Workspace>>> points() {
    return Stream.of(
        Named.of("right after the apply", workspace -> {}),
        Named.of(
            "while the build runs",
            workspace -> workspace.awaitVariant(inPhase(VariantPhase.BUILDING))),
        Named.of(
            "while the probe runs",
            workspace -> workspace.awaitVariant(inPhase(VariantPhase.PROBING))),
        Named.of(
            "when the variant is ready",
            workspace -> workspace.awaitVariant(inPhase(VariantPhase.READY))),
        Named.of("when all is served", workspace -> workspace.awaitReady("model")));
  }

  @ParameterizedTest
  @MethodSource("points")
  void theOutcomeIsTheSame(Consumer<Workspace> point, Product product, @TempDir Path files)
      throws Exception {
    String namespace = "restart-" + Integer.toHexString(point.hashCode());
    try (Workspace workspace = new Workspace(product, namespace)) {
      String model =
          product.push(
              namespace + "/model:1", TinyModel.write(files.resolve("m.onnx"), point.hashCode()));
      String data =
          product.push(
              namespace + "/data:1",
              TinyModel.writeData(files.resolve("d.npz"), "x", TinyModel.INPUTS, 16));
      workspace.applyTinyPolicy("policy", data);
      workspace.applyEdgeTarget("restart-edge");
      workspace.applyDeployment("model", model, "policy", "restart-edge");
      point.accept(workspace);
      product.killOperator();

      ModelDeployment ready = workspace.awaitReady("model");
      assertThat(ready.getStatus().available()).isEqualTo(1);
      assertThat(ready.getStatus().targetStatuses())
          .singleElement()
          .satisfies(target -> assertThat(target.recipe()).isEqualTo("dynamic-int8"));
      assertThat(workspace.variants())
          .singleElement()
          .satisfies(
              variant -> assertThat(variant.getStatus().phase()).isEqualTo(VariantPhase.READY));
      assertThat(jobNames(workspace)).hasSize(2).doesNotHaveDuplicates();
    }
  }

  private static java.util.function.Predicate<dev.modelfleet.api.v1alpha1.ModelVariant> inPhase(
      VariantPhase phase) {
    return variant -> variant.getStatus() != null && variant.getStatus().phase() == phase;
  }

  /** One build and one probe: nothing was done twice. */
  private static List<String> jobNames(Workspace workspace) {
    return workspace
        .client()
        .batch()
        .v1()
        .jobs()
        .inNamespace(workspace.namespace())
        .list()
        .getItems()
        .stream()
        .map(job -> job.getMetadata().getName())
        .toList();
  }
}
