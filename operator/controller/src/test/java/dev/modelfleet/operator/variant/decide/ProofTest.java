package dev.modelfleet.operator.variant.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelfleet.api.v1alpha1.VariantProof;
import dev.modelfleet.artifact.Latency;
import dev.modelfleet.artifact.ProbeResult;
import io.fabric8.kubernetes.api.model.Quantity;
import org.junit.jupiter.api.Test;

/** What a probe measured, as the status shows it. */
class ProofTest {

  @Test
  void energyIsShownWhereASensorWasRead() {
    VariantProof proof = Proof.withProbe(null, probe(12.3456), "node-1");

    assertThat(proof.energyPerInference()).isEqualTo(new Quantity("12346u"));
    assertThat(proof.latency().p99()).isEqualTo("2.4ms");
  }

  @Test
  void energyIsAbsentWhereNoneWasRead() {
    assertThat(Proof.withProbe(null, probe(null), "node-1").energyPerInference()).isNull();
  }

  private static ProbeResult probe(Double millijoules) {
    return new ProbeResult(
        null, "measured", null, new Latency(1.7, 2.4, 50), 500, 120_000_000, millijoules, "cpu");
  }
}
