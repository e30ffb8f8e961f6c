package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.Autoscaling;
import dev.modelfleet.api.v1alpha1.DeploymentTarget;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.Placement;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Optional;

/**
 * Who says how many pods a Replicas target has: the spec, or a HorizontalPodAutoscaler. In the
 * second case the number that the autoscaler set is taken as if the spec had it, so that a canary
 * keeps its share of it, and is never written.
 */
final class Scaling {

  private static final int DEFAULT_MINIMUM = 1;
  private static final int DEFAULT_UTILIZATION = 75;

  private Scaling() {}

  /** What the autoscaler of a target is to be; empty where the spec gives the number of pods. */
  static Optional<Autoscaling> of(ModelDeployment deployment, TargetPlan plan) {
    var serving = deployment.getSpec().serving();
    boolean scalable = plan != null && plan.mode() == Placement.Mode.REPLICAS && !plan.inMembers();
    boolean fixed =
        plan != null
            && deployment.getSpec().targets().stream()
                .anyMatch(t -> t.name().equals(plan.name()) && t.replicas() != null);
    return serving == null || !scalable || fixed
        ? Optional.empty()
        : Optional.ofNullable(serving.autoscaling());
  }

  /** Smallest number of pods. */
  static int minimum(Autoscaling autoscaling) {
    return autoscaling.minReplicas() == null ? DEFAULT_MINIMUM : autoscaling.minReplicas();
  }

  /** Use of the requested CPU that is aimed at, in percent. */
  static int utilization(Autoscaling autoscaling) {
    Integer wanted = autoscaling.targetCPUUtilizationPercentage();
    return wanted == null ? DEFAULT_UTILIZATION : wanted;
  }

  /** How many pods a target has beyond those that it never has less of. */
  static int growth(ModelDeployment deployment, TargetServing serving) {
    return of(deployment, serving.plan())
        .map(autoscaling -> Math.max(0, serving.desired() - minimum(autoscaling)))
        .orElse(0);
  }

  /**
   * The target with the number of pods that it has now.
   *
   * @param plan of the target; null where it is not known
   * @param workloads that serve it
   */
  static DeploymentTarget counted(
      ModelDeployment deployment,
      DeploymentTarget target,
      TargetPlan plan,
      List<WorkloadFacts> workloads) {
    return of(deployment, plan)
        .map(
            autoscaling ->
                new DeploymentTarget(
                    target.name(),
                    target.hardwareTargetRef(),
                    current(autoscaling, name(deployment, target), workloads),
                    target.resources(),
                    target.route()))
        .orElse(target);
  }

  private static String name(ModelDeployment deployment, DeploymentTarget target) {
    return ServingObjects.name(deployment.getMetadata().getName(), target.name());
  }

  private static int current(Autoscaling autoscaling, String name, List<WorkloadFacts> workloads) {
    int there =
        workloads.stream()
            .filter(workload -> workload.replicas() != null)
            .filter(workload -> isNamed(workload.object(), name))
            .mapToInt(WorkloadFacts::replicas)
            .findFirst()
            .orElse(0);
    return Math.clamp(there, minimum(autoscaling), autoscaling.maxReplicas());
  }

  private static boolean isNamed(HasMetadata object, String name) {
    return object != null && name.equals(object.getMetadata().getName());
  }
}
