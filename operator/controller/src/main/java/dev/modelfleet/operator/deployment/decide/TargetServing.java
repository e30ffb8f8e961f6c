package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.DeploymentTarget;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.api.v1alpha1.Placement;
import dev.modelfleet.api.v1alpha1.VariantPhase;
import java.util.List;
import java.util.Optional;

/**
 * What one target is to serve now.
 *
 * @param target as the spec has it
 * @param wanted plan of the revision that the spec asks for; null where that is not known
 * @param wantedVariant the ModelVariant of that plan; null where it does not exist yet
 * @param plan what is to be served; null to leave things as they are
 * @param revision hash of the plan's revision; null without a plan
 * @param servedVariant the ModelVariant of the plan; null without a plan
 * @param workload what serves it now, the first of several objects; null for nothing
 * @param hosts the objects that are to serve it; empty for the one that the plan gives
 * @param spread how far the plan is on its units; null where the workload tells all
 */
public record TargetServing(
    DeploymentTarget target,
    TargetPlan wanted,
    ModelVariant wantedVariant,
    TargetPlan plan,
    String revision,
    ModelVariant servedVariant,
    WorkloadFacts workload,
    List<HostPlan> hosts,
    Spread spread) {

  public TargetServing {
    hosts = List.copyOf(hosts);
  }

  /** A target that one object serves. */
  TargetServing(
      DeploymentTarget target,
      TargetPlan wanted,
      ModelVariant wantedVariant,
      TargetPlan plan,
      String revision,
      ModelVariant servedVariant,
      WorkloadFacts workload) {
    this(target, wanted, wantedVariant, plan, revision, servedVariant, workload, List.of(), null);
  }

  /** Whether the variant of the wanted plan may be rolled out. */
  public boolean wantedReady() {
    return phase() == VariantPhase.READY;
  }

  /** Phase of the wanted plan's variant. */
  public VariantPhase phase() {
    return wantedVariant == null || wantedVariant.getStatus() == null
        ? VariantPhase.PENDING
        : Optional.ofNullable(wantedVariant.getStatus().phase()).orElse(VariantPhase.PENDING);
  }

  /** Whether what is to be served is what the spec asks for. */
  public boolean updating() {
    return plan != null && plan.equals(wanted);
  }

  /** Number of pods that there should be. */
  public int desired() {
    if (spread != null) {
      return spread.desired();
    }
    boolean perNode = plan != null && plan.mode() == Placement.Mode.PER_NODE;
    if (plan == null || perNode) {
      return workload == null ? 0 : workload.desired();
    }
    return replicas();
  }

  /** Number of pods of a Replicas target. */
  public int replicas() {
    return target.replicas() == null ? 1 : target.replicas();
  }

  /** Whether the workload is what is planned and its controller has seen it. */
  public boolean applied() {
    return plan != null
        && workload != null
        && workload.current()
        && plan.variant().equals(workload.variant())
        && revision.equals(workload.revision())
        && (workload.replicas() == null || workload.replicas() == replicas());
  }

  /** Whether every pod serves what is planned, be it what the spec asks for or what it was. */
  public boolean asPlanned() {
    return plan == null
        || (spread != null
            ? spread.settled()
            : applied() && Math.min(workload.updated(), workload.available()) >= desired());
  }

  /** Number of ready pods with what is planned. */
  public int withPlan() {
    if (spread != null) {
      return Math.min(spread.updated(), spread.ready());
    }
    return applied() ? Math.min(workload.updated(), workload.available()) : 0;
  }

  /** Whether every pod serves what the spec asks for. */
  public boolean complete() {
    if (spread != null) {
      return updating() && spread.settled();
    }
    return updating()
        && applied()
        && workload.updated() >= desired()
        && workload.available() >= desired();
  }

  /** Number of pods with what the spec asks for. */
  public int updated() {
    if (spread != null) {
      return updating() ? spread.updated() : 0;
    }
    return updating() && applied() ? Math.min(workload.updated(), desired()) : 0;
  }

  /** Number of pods that serve, of any revision. */
  public int available() {
    if (spread != null) {
      return spread.ready();
    }
    return workload == null ? 0 : workload.available();
  }

  /** Number of ready pods, of any revision. */
  public int ready() {
    if (spread != null) {
      return spread.ready();
    }
    return workload == null ? 0 : workload.ready();
  }

  /** Whether no more pods are missing than {@code maxUnavailable}, and one at least serves. */
  public boolean minimumAvailable(int maxUnavailable) {
    return workload != null && available() >= minimum(maxUnavailable);
  }

  /** The same, of pods with what is planned alone where several revisions serve. */
  boolean minimumWithPlan(int maxUnavailable) {
    int pods = spread == null ? available() : withPlan();
    return workload != null && pods >= minimum(maxUnavailable);
  }

  private int minimum(int maxUnavailable) {
    return desired() == 0 ? 0 : Math.max(1, desired() - maxUnavailable);
  }
}
