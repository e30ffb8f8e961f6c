package dev.modelfleet.operator.variant.decide;

import dev.modelfleet.api.v1alpha1.ByteSize;
import dev.modelfleet.api.v1alpha1.GoDuration;
import dev.modelfleet.api.v1alpha1.Percentage;
import dev.modelfleet.api.v1alpha1.ProofAccuracy;
import dev.modelfleet.api.v1alpha1.ProofGolden;
import dev.modelfleet.api.v1alpha1.ProofLatency;
import dev.modelfleet.api.v1alpha1.VariantProof;
import dev.modelfleet.api.v1alpha1.VariantProofBuilder;
import dev.modelfleet.artifact.Accuracy;
import dev.modelfleet.artifact.BuildResult;
import dev.modelfleet.artifact.Latency;
import dev.modelfleet.artifact.ProbeResult;
import dev.modelfleet.artifact.Trial;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Optional;

/** The figures of builds and probes as the API shows them. */
final class Proof {

  private static final double MICRO_PER_MILLI = 1e3;
  private static final MathContext DIGITS = new MathContext(6);

  private Proof() {}

  /** What a build proved about the recipe that it published. */
  static VariantProof ofBuild(BuildResult result) {
    Optional<Trial> accepted =
        result.trials().stream().filter(t -> t.recipe().equals(result.recipe())).findFirst();
    return VariantProofBuilder.builder()
        .sourceSize(result.sourceSize() == 0 ? null : ByteSize.quantity(result.sourceSize()))
        .size(ByteSize.quantity(result.artifact().size()))
        .accuracy(accepted.map(Trial::accuracy).map(Proof::accuracy).orElse(null))
        .originalLatency(
            result.originalLatency() == null ? null : latency(result.originalLatency(), null))
        .build();
  }

  /** The same with what a node measured. */
  static VariantProof withProbe(VariantProof built, ProbeResult probe, String node) {
    VariantProofBuilder proof =
        built == null ? VariantProofBuilder.builder() : VariantProofBuilder.builder(built);
    if (probe.latency() != null) {
      proof.latency(latency(probe.latency(), node));
    }
    if (probe.golden() != null) {
      proof.golden(
          new ProofGolden(
              probe.golden().agrees(),
              decimal(probe.golden().minCosine()),
              probe.golden().samples()));
    }
    if (probe.peakMemory() > 0) {
      proof.peakMemory(ByteSize.quantity(probe.peakMemory()));
    }
    if (probe.energyMillijoules() != null) {
      proof.energyPerInference(joules(probe.energyMillijoules()));
    }
    return proof.device(probe.device()).build();
  }

  /** In whole microjoules: sensors are not finer. */
  private static Quantity joules(double milli) {
    return new Quantity(Math.round(milli * MICRO_PER_MILLI) + "u");
  }

  private static ProofAccuracy accuracy(Accuracy accuracy) {
    Accuracy.Interval interval = accuracy.interval();
    return new ProofAccuracy(
        accuracy.metric(),
        decimal(accuracy.original()),
        decimal(accuracy.variant()),
        new Percentage(accuracy.drop()).toString(),
        accuracy.samples(),
        interval == null ? null : new Percentage(interval.lower()).toString(),
        interval == null ? null : new Percentage(interval.upper()).toString(),
        interval == null ? null : new Percentage(interval.confidence()).toString());
  }

  private static ProofLatency latency(Latency latency, String node) {
    return new ProofLatency(
        GoDuration.ofMillis(latency.p50Millis()), GoDuration.ofMillis(latency.p99Millis()), node);
  }

  private static String decimal(double value) {
    if (!Double.isFinite(value)) {
      return "0";
    }
    BigDecimal rounded = BigDecimal.valueOf(value).round(DIGITS);
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }
}
