package dev.modelfleet.kubectl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.ModelVariant;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;

/** The proof as a page. */
class ProofPageTest {

  @Test
  void figuresAndTrialsAreThereAndTextIsEscaped() {
    ModelVariant variant =
        Serialization.unmarshal(
            """
            apiVersion: modelfleet.dev/v1alpha1
            kind: ModelVariant
            metadata: {name: minilm-edge-1}
            spec:
              key: abc
              modelName: minilm
              source: {uri: "oci://r/m:1", digest: "sha256:1"}
              target: {hardwareTarget: k3s-edge}
            status:
              phase: Ready
              recipe: dynamic-int8
              proof:
                size: 23M
                accuracy: {original: "1.0000", variant: "0.9933", drop: 0.67%}
                latency: {p50: 2ms, p99: 4ms, node: edge-1}
              trials:
                - {recipe: static-int8, outcome: Rejected, reason: AccuracyBelowGate, message: "19.4% > 1%"}
                - {recipe: dynamic-int8, outcome: Accepted, accuracyDrop: 0.67%, latencyP99: 2.4ms}
            """,
            ModelVariant.class);

    assertThat(ProofPage.html(variant))
        .contains("<title>Proof of minilm-edge-1</title>", "<td>0.67%", "<td>edge-1", "<td>4ms")
        .contains("<td>static-int8<td>Rejected<td>19.4% &gt; 1%")
        .doesNotContain("<script", "19.4% > 1%");
  }
}
