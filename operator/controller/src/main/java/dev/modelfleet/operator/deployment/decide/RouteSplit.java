package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.Wave;
import dev.modelfleet.api.v1alpha1.WavePhase;
import dev.modelfleet.api.v1alpha1.WaveStatus;
import dev.modelfleet.operator.rollout.decide.RolloutPolicy;
import dev.modelfleet.operator.rollout.decide.WavePolicy;
import java.util.List;
import java.util.Optional;

/**
 * Which part of a target's requests its canary gets.
 *
 * <p>The canary gets the share of the last wave that has begun, from when all of its pods are ready
 * on. With the last wave the target's own pods take the revision, and requests go to all pods alike
 * again, as they do at any other time: only so does a pod get no more than it can bear.
 *
 * @param stable name of the ModelVariant that is served beside the canary
 * @param canary the canary's part in hundredths of a percent: 0 to {@value #ALL}; 0 for no split
 */
public record RouteSplit(String stable, int canary) {

  /** All requests, in hundredths of a percent. */
  public static final int ALL = 10_000;

  /** The split of a target that has something to serve. */
  public static RouteSplit of(
      DeploymentFacts facts, DeploymentDecision decision, TargetServing target) {
    Optional<HostPlan> canary = host(target, true);
    TargetPlan stable = host(target, false).map(HostPlan::plan).orElse(target.plan());
    boolean told = canary.isPresent() && !canary.get().plan().variant().equals(stable.variant());
    boolean split = told && decision.plan() != null && serves(facts, target, canary.get());
    return new RouteSplit(
        stable.variant(),
        split
            ? share(
                RolloutPolicy.of(facts.deployment().getSpec().rollout()).waves(),
                decision.plan().waves())
            : 0);
  }

  private static Optional<HostPlan> host(TargetServing target, boolean canary) {
    return target.hosts().stream().filter(host -> host.canary() == canary).findFirst();
  }

  private static boolean serves(DeploymentFacts facts, TargetServing target, HostPlan canary) {
    return facts.workloads().getOrDefault(target.target().name(), List.of()).stream()
        .filter(workload -> canary.name().equals(workload.object().getMetadata().getName()))
        .anyMatch(
            workload ->
                workload.current()
                    && canary.plan().variant().equals(workload.variant())
                    && workload.available() > 0
                    && workload.available() >= workload.replicas());
  }

  private static int share(List<WavePolicy> policies, List<WaveStatus> waves) {
    List<String> begun =
        waves.stream()
            .filter(wave -> wave.phase() != WavePhase.PENDING)
            .map(WaveStatus::name)
            .toList();
    return begun.contains(Wave.REST)
        ? 0
        : policies.stream()
            .filter(policy -> begun.contains(policy.name()))
            .mapToInt(WavePolicy::share)
            .max()
            .orElse(0);
  }
}
