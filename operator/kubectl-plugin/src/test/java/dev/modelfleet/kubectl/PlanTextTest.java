package dev.modelfleet.kubectl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.variant.VariantKey;
import dev.modelfleet.api.variant.VariantSpecs;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What applying a file would do. */
class PlanTextTest {

  private static final String URI = "oci://registry.example.com/models/minilm:2";
  private static final String DIGEST = "sha256:" + "a".repeat(64);

  private final ModelDeployment deployment =
      Serialization.unmarshal(Fixtures.SPEC, ModelDeployment.class);
  private final Map<String, HardwareTarget> targets =
      Map.of(
          "gpu-pool", target("gpu-pool", "Replicas"),
          "k3s-edge", target("k3s-edge", "PerNode"));

  private static HardwareTarget target(String name, String mode) {
    return Serialization.unmarshal(
        """
        apiVersion: modelfleet.dev/v1alpha1
        kind: HardwareTarget
        metadata: {name: %s}
        spec:
          device: {class: CPU, architecture: amd64, precisions: [FP32, INT8]}
          engine: {name: ONNXRuntime}
          placement: {mode: %s, nodeSelector: {pool: %s}}
        """
            .formatted(name, mode, name),
        HardwareTarget.class);
  }

  @Test
  void whatIsThereIsReusedAndTheRestIsBuilt() {
    Map<String, String> digests = Map.of(URI, DIGEST);
    String there =
        VariantKey.name(
            new VariantSpecs(deployment.getSpec().model(), null, digests)
                .of(targets.get("k3s-edge")));
    ModelVariant variant =
        Serialization.unmarshal(
            """
            apiVersion: modelfleet.dev/v1alpha1
            kind: ModelVariant
            metadata: {name: %s}
            status:
              phase: Ready
              artifact: {reference: r, digest: d, size: 23000000}
            """
                .formatted(there),
            ModelVariant.class);

    String plan =
        PlanText.of(
            new PlanFacts(
                deployment,
                null,
                targets,
                digests,
                Map.of(there, variant),
                Map.of("gpu-pool", 4, "k3s-edge", 20)));

    assertThat(plan)
        .containsPattern("gpu +gpu-pool +minilm-gpu-pool-[0-9a-f]{10} +build and prove +- +4 +2 +-")
        .containsPattern("edge +k3s-edge +" + there + " +reuse +23M +20 +20 +460M")
        .containsPattern("first +up to 5% of the units")
        .containsPattern("rest +what no other wave takes");
  }

  @Test
  void withoutADigestNothingIsClaimedOfVariants() {
    String plan =
        PlanText.of(
            new PlanFacts(deployment, null, targets, Map.of(), Map.of(), Map.of("gpu-pool", 4)));

    assertThat(plan)
        .contains("never resolved in this namespace: " + URI)
        .containsPattern("gpu +gpu-pool +- +unknown");
  }

  @Test
  void aMissingTargetIsNamed() {
    String plan =
        PlanText.of(new PlanFacts(deployment, null, Map.of(), Map.of(), Map.of(), Map.of()));

    assertThat(plan).contains("missing: create it");
  }

  @Test
  void aFileMayHaveSeveralObjects() {
    String file =
        Fixtures.SPEC + "---\n" + "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n";

    assertThat(
            PlanCommand.objects(
                new KubernetesSerialization(),
                new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8))))
        .hasSize(2)
        .first()
        .isInstanceOf(ModelDeployment.class);
    assertThat(
            PlanCommand.objects(
                new KubernetesSerialization(),
                new ByteArrayInputStream(Fixtures.SPEC.getBytes(StandardCharsets.UTF_8))))
        .singleElement()
        .isInstanceOf(ModelDeployment.class);
  }
}
