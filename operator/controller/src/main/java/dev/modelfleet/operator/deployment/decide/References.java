package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.CompressionPolicySpec;
import dev.modelfleet.api.v1alpha1.Condition.Status;
import dev.modelfleet.api.v1alpha1.DeploymentTarget;
import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.LocalReference;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentConditions.Reason;
import dev.modelfleet.api.v1alpha1.ModelDeploymentSpec;
import dev.modelfleet.api.v1alpha1.ModelVariantSpec;
import dev.modelfleet.api.variant.VariantKey;
import dev.modelfleet.api.variant.VariantSpecs;
import dev.modelfleet.operator.source.Resolution;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether everything that a ModelDeployment names is there, and what it comes to. */
public sealed interface References {

  /**
   * All is there.
   *
   * @param pins digest of each URI that was resolved
   * @param plans of the targets, in the spec's order
   * @param variants spec of each ModelVariant that the plans name, by its name
   */
  record Resolved(
      Map<String, String> pins, List<TargetPlan> plans, Map<String, ModelVariantSpec> variants)
      implements References {}

  /**
   * Something is missing.
   *
   * @param status False, or Unknown where it may well be there
   * @param reason UpperCamelCase
   * @param message names what is missing
   * @param waiting whether it is being looked for, so that nobody has to do anything yet
   */
  record Unresolved(Status status, String reason, String message, boolean waiting)
      implements References {}

  /** Name of the policy that a ModelDeployment names. */
  static Optional<String> policyName(ModelDeployment deployment) {
    var compression = deployment.getSpec().compression();
    return compression == null || compression.policyRef() == null
        ? Optional.empty()
        : Optional.of(compression.policyRef().name());
  }

  /** Names of the HardwareTargets that a ModelDeployment names. */
  static Set<String> targetNames(ModelDeployment deployment) {
    return deployment.getSpec().targets().stream()
        .map(target -> target.hardwareTargetRef().name())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** The policy in force: inline, or the one that is named; null to serve the original. */
  static CompressionPolicySpec policy(DeploymentFacts facts) {
    var compression = facts.deployment().getSpec().compression();
    if (compression == null) {
      return null;
    }
    return compression.inline() != null
        ? compression.inline()
        : facts.policy() == null ? null : facts.policy().getSpec();
  }

  /** Resolves. */
  static References of(DeploymentFacts facts) {
    return policyMissing(facts)
        .or(() -> targetMissing(facts))
        .or(() -> digestMissing(facts))
        .<References>map(missing -> missing)
        .orElseGet(() -> resolved(facts));
  }

  private static Optional<Unresolved> policyMissing(DeploymentFacts facts) {
    var compression = facts.deployment().getSpec().compression();
    LocalReference named = compression == null ? null : compression.policyRef();
    return named == null || facts.policy() != null
        ? Optional.empty()
        : Optional.of(
            new Unresolved(
                Status.FALSE,
                Reason.POLICY_MISSING,
                "CompressionPolicy %s does not exist in namespace %s: create it or correct spec.compression.policyRef"
                    .formatted(named.name(), facts.deployment().getMetadata().getNamespace()),
                false));
  }

  private static Optional<Unresolved> targetMissing(DeploymentFacts facts) {
    return facts.deployment().getSpec().targets().stream()
        .filter(target -> !facts.targets().containsKey(target.hardwareTargetRef().name()))
        .findFirst()
        .map(
            target ->
                new Unresolved(
                    Status.FALSE,
                    Reason.TARGET_MISSING,
                    "HardwareTarget %s of target %s does not exist: create it or correct spec.targets"
                        .formatted(target.hardwareTargetRef().name(), target.name()),
                    false));
  }

  private static Optional<Unresolved> digestMissing(DeploymentFacts facts) {
    Optional<Unresolved> pending = Optional.empty();
    for (String uri : VariantSpecs.openUris(facts.deployment().getSpec(), policy(facts))) {
      Resolution known = facts.digests().getOrDefault(uri, new Resolution.Pending());
      if (known instanceof Resolution.Unresolved(String reason, String message)) {
        boolean unreachable = Reason.SOURCE_UNREACHABLE.equals(reason);
        Status status = unreachable ? Status.UNKNOWN : Status.FALSE;
        return Optional.of(new Unresolved(status, reason, message, unreachable));
      }
      if (known instanceof Resolution.Pending) {
        pending =
            Optional.of(
                new Unresolved(
                    Status.UNKNOWN, "Resolving", "asking the registry for " + uri, true));
      }
    }
    return pending;
  }

  private static Resolved resolved(DeploymentFacts facts) {
    ModelDeploymentSpec spec = facts.deployment().getSpec();
    Map<String, String> pins = new LinkedHashMap<>();
    for (String uri : VariantSpecs.openUris(spec, policy(facts))) {
      if (facts.digests().get(uri) instanceof Resolution.Resolved(String digest)) {
        pins.put(uri, digest);
      }
    }
    VariantSpecs specs = new VariantSpecs(spec.model(), policy(facts), pins);
    List<TargetPlan> plans = new ArrayList<>();
    Map<String, ModelVariantSpec> variants = new LinkedHashMap<>();
    for (DeploymentTarget target : spec.targets()) {
      HardwareTarget hardware = facts.targets().get(target.hardwareTargetRef().name());
      ModelVariantSpec variant = specs.of(hardware);
      String name = VariantKey.name(variant);
      variants.put(name, variant);
      plans.add(plan(spec, target, hardware, name));
    }
    return new Resolved(pins, plans, variants);
  }

  private static TargetPlan plan(
      ModelDeploymentSpec spec, DeploymentTarget target, HardwareTarget hardware, String variant) {
    var placement = hardware.getSpec().placement();
    Map<String, String> nodes = new LinkedHashMap<>(placement.nodeSelector());
    nodes.put("kubernetes.io/arch", hardware.getSpec().device().architecture().label());
    return new TargetPlan(
        target.name(),
        placement.mode(),
        variant,
        nodes,
        placement.tolerations(),
        hardware.getSpec().device().resourceName(),
        target.resources() != null
            ? target.resources()
            : spec.serving() == null ? null : spec.serving().resources(),
        hardware.getSpec().budget() == null ? null : hardware.getSpec().budget().latencyP99(),
        placement.clusterSelector().isEmpty() ? null : true);
  }
}
