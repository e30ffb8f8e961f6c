package dev.modelfleet.kubectl;

import dev.modelfleet.api.v1alpha1.Autoscaling;
import dev.modelfleet.api.v1alpha1.ByteSize;
import dev.modelfleet.api.v1alpha1.DeploymentTarget;
import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.ModelVariantSpec;
import dev.modelfleet.api.v1alpha1.Placement;
import dev.modelfleet.api.v1alpha1.Serving;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import dev.modelfleet.api.v1alpha1.Wave;
import dev.modelfleet.api.variant.VariantKey;
import dev.modelfleet.api.variant.VariantSpecs;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What applying a ModelDeployment would do: which variants are built and which are there already,
 * how many pods get them, how many bytes that is, and in which waves. The variants are found by the
 * operator's own functions, so that a variant which is shown as reused is reused.
 */
final class PlanText {

  private static final List<Wave> USUAL_WAVES =
      List.of(percent("first", "5%"), percent("second", "25%"));

  private final PlanFacts facts;

  private PlanText(PlanFacts facts) {
    this.facts = facts;
  }

  /** The plan for people. */
  static String of(PlanFacts facts) {
    PlanText plan = new PlanText(facts);
    return "ModelDeployment %s\n".formatted(facts.deployment().getMetadata().getName())
        + plan.unresolved()
        + "\n"
        + plan.targets()
        + "\n"
        + plan.waves();
  }

  /** URIs without a digest anywhere: what is built from them can't be told. */
  private Set<String> open() {
    Set<String> open = VariantSpecs.openUris(facts.deployment().getSpec(), facts.policy());
    open.removeAll(facts.digests().keySet());
    return open;
  }

  private String unresolved() {
    Set<String> open = open();
    return open.isEmpty()
        ? ""
        : ("never resolved in this namespace: %s; give --digest URI=sha256:… to see whether variants"
                + " are reused\n")
            .formatted(String.join(", ", open));
  }

  private String targets() {
    TextTable table =
        new TextTable("TARGET", "HARDWARE", "VARIANT", "ACTION", "SIZE", "NODES", "PODS", "BYTES");
    VariantSpecs specs =
        new VariantSpecs(facts.deployment().getSpec().model(), facts.policy(), facts.digests());
    boolean known = open().isEmpty();
    for (DeploymentTarget target : facts.deployment().getSpec().targets()) {
      String hardware = target.hardwareTargetRef().name();
      HardwareTarget device = facts.targets().get(hardware);
      if (device == null) {
        table.row(target.name(), hardware, null, "missing: create it", null, null, null, null);
        continue;
      }
      Optional<ModelVariantSpec> spec = known ? Optional.of(specs.of(device)) : Optional.empty();
      String name = spec.map(VariantKey::name).orElse(null);
      Optional<ModelVariant> there = Optional.ofNullable(name).map(facts.variants()::get);
      Integer nodes = facts.nodes().get(hardware);
      Long pods = pods(facts.deployment().getSpec().serving(), target, device, nodes);
      Long size = there.map(PlanText::size).orElse(null);
      table.row(
          target.name(),
          hardware,
          name,
          known ? action(there) : "unknown",
          size == null ? null : ByteSize.quantity(size),
          nodes,
          pods,
          size == null || nodes == null
              ? null
              : ByteSize.quantity(size * Math.min(nodes, pods == null ? nodes : pods)));
    }
    return table.text();
  }

  private static Long pods(
      Serving serving, DeploymentTarget target, HardwareTarget device, Integer nodes) {
    if (device.getSpec().placement().mode() == Placement.Mode.PER_NODE) {
      return nodes == null ? null : Long.valueOf(nodes);
    }
    if (target.replicas() != null) {
      return Long.valueOf(target.replicas());
    }
    Autoscaling autoscaling = serving == null ? null : serving.autoscaling();
    return autoscaling == null || autoscaling.minReplicas() == null
        ? 1L
        : Long.valueOf(autoscaling.minReplicas());
  }

  private static String action(Optional<ModelVariant> there) {
    if (there.isEmpty()) {
      return "build and prove";
    }
    VariantPhase phase = there.get().getStatus() == null ? null : there.get().getStatus().phase();
    if (phase == VariantPhase.READY) {
      return "reuse";
    }
    return phase == VariantPhase.REJECTED
        ? "rejected already"
        : "reuse, " + (phase == null ? "Pending" : PhaseWord.of(phase));
  }

  private static Long size(ModelVariant variant) {
    return variant.getStatus() == null || variant.getStatus().artifact() == null
        ? null
        : variant.getStatus().artifact().size();
  }

  private String waves() {
    var rollout = facts.deployment().getSpec().rollout();
    List<Wave> waves = rollout == null || rollout.waves().isEmpty() ? USUAL_WAVES : rollout.waves();
    TextTable table = new TextTable("WAVE", "TAKES", "SOAK", "THEN");
    for (Wave wave : waves) {
      table.row(
          wave.name(),
          wave.percent() != null
              ? "up to " + wave.percent() + " of the units, by a hash of their names"
              : selector(wave),
          wave.soak(),
          Boolean.TRUE.equals(wave.pause()) ? "awaits promotion" : "goes on");
    }
    return table.row(Wave.REST, "what no other wave takes", null, "done").text();
  }

  private static String selector(Wave wave) {
    var selector = wave.selector();
    return "units that match " + dev.modelfleet.artifact.ContractJson.write(selector);
  }

  private static Wave percent(String name, String share) {
    return new Wave(name, share, null, null, null, null, null, null);
  }
}
