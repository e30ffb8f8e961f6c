package dev.modelfleet.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.quickstart.MiniLmSample;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A user applies the sample: one sentence encoder, one policy, a GPU pool and K3s edge nodes. Both
 * targets get a variant that is proven against the original, and both answer.
 */
@WithProduct
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuickstartE2E {

  private final Product product;
  private final MiniLmSample sample;

  QuickstartE2E(Product product) throws Exception {
    this.product = product;
    this.sample = new MiniLmSample(product.root(), product.cluster());
  }

  @BeforeAll
  void applyAndWait() throws Exception {
    sample.push();
    sample.apply();
    String waited =
        product
            .kubectl()
            .run("wait", "--for=condition=Ready", "md/" + MiniLmSample.NAME, "--timeout=180s");
    assertThat(waited).contains("condition met");
  }

  @AfterAll
  void delete() throws Exception {
    sample.delete();
    sample.close();
  }

  @Test
  void theEdgeVariantIsTheSecondRecipeBecauseTheFirstLostTooMuch() {
    ModelVariant edge = variant("k3s-edge");
    assertThat(edge.getStatus().phase()).isEqualTo(VariantPhase.READY);
    assertThat(edge.getStatus().recipe()).isEqualTo("dynamic-int8");
    assertThat(edge.getStatus().trials())
        .anySatisfy(
            trial -> {
              assertThat(trial.recipe()).isEqualTo("static-int8");
              assertThat(trial.reason()).isEqualTo("AccuracyBelowGate");
            });
    assertThat(edge.getStatus().artifact().size()).isLessThan(25_000_000);
  }

  @Test
  void theGpuVariantIsHalfPrecision() {
    assertThat(variant("gpu-pool").getStatus().recipe()).isEqualTo("fp16");
  }

  @Test
  void bothTargetsAnswerWithTheOriginalsMeaning() throws Exception {
    assertThat(sample.infer(product.client(), "gpu", System.out)).isGreaterThan(0.999);
    assertThat(sample.infer(product.client(), "edge", System.out)).isGreaterThan(0.98);
  }

  @Test
  void kubectlGetReadsLikeADeployments() {
    assertThat(product.kubectl().run("get", "md").lines())
        .first()
        .asString()
        .matches("NAME +READY +UP-TO-DATE +AVAILABLE +PHASE +AGE *");
    assertThat(product.kubectl().run("get", "md").lines().skip(1))
        .singleElement()
        .asString()
        .matches("minilm +2/2 +2 +2 +Healthy +\\S+ *");
  }

  @Test
  void kubectlDescribeTellsTheStoryInEvents() {
    assertThat(product.kubectl().run("describe", "md/" + MiniLmSample.NAME))
        .contains("VariantBuilding", "VariantReady", "RolloutStarted", "RolloutComplete");
  }

  @Test
  void kubectlExplainDescribesEveryFieldOfTheRollout() {
    assertThat(product.kubectl().run("explain", "modeldeployment.spec.rollout"))
        .contains("maxUnavailable", "progressDeadlineSeconds", "paused", "DESCRIPTION")
        .doesNotContain("<no description>");
  }

  @Test
  void thePluginTellsOfTheRolloutAndItsProof(@TempDir Path folder) throws Exception {
    assertThat(plugin("status", MiniLmSample.NAME, "--watch", "--timeout", "1m"))
        .contains("Healthy", "dynamic-int8", "fp16");
    assertThat(plugin("history", MiniLmSample.NAME)).contains("serves", "edge=minilm-k3s-edge-");
    assertThat(plugin("top", MiniLmSample.NAME, "--interval", "1s"))
        .containsPattern("edge +1 +0 ")
        .containsPattern("gpu +1 +0 ");
    assertThat(plugin("plan", "-f", "src/samples/minilm/modeldeployment.yaml"))
        .containsPattern("edge +k3s-edge +minilm-k3s-edge-\\w+ +reuse +22\\.9M +1 +1 ");
    Path report = folder.resolve("edge.html");
    plugin("report", MiniLmSample.NAME, "--target", "edge", "-o", report.toString());
    assertThat(report).content().contains("<html", "dynamic-int8", "static-int8");
  }

  private String plugin(String... arguments) {
    return product.plugin(MiniLmSample.NAMESPACE, arguments);
  }

  @Test
  void theUnmodifiedTritonClientInfers() {
    assertThat(TritonClient.infer(product, MiniLmSample.NAMESPACE, "minilm-edge", "minilm"))
        .contains("last_hidden_state FP32 [1, 64, 384]");
  }

  private ModelVariant variant(String target) {
    return product
        .client()
        .resources(ModelVariant.class)
        .inNamespace(MiniLmSample.NAMESPACE)
        .list()
        .getItems()
        .stream()
        .filter(variant -> variant.getSpec().target().hardwareTarget().equals(target))
        .findFirst()
        .orElseThrow();
  }
}
