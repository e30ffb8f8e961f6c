package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.Autoscaling;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import java.util.Map;
import java.util.Optional;

/** What sets the number of pods of Replicas targets where the spec leaves it open. */
public final class Autoscalers {

  /** Annotation: an autoscaler sets the number of a Deployment's pods, which is left to it. */
  static final String AUTOSCALED = "modelfleet.dev/autoscaled";

  private Autoscalers() {}

  /** How many pods a Replicas target may come to have. */
  public static int mostReplicas(ModelDeployment owner, TargetServing target) {
    return Scaling.of(owner, target.plan())
        .map(Autoscaling::maxReplicas)
        .orElseGet(target::replicas);
  }

  /** What sets the number of pods of a target; empty where the spec gives it. */
  public static Optional<HorizontalPodAutoscaler> autoscaler(
      ModelDeployment owner, TargetPlan plan) {
    return Scaling.of(owner, plan)
        .map(
            autoscaling ->
                new HorizontalPodAutoscalerBuilder()
                    .withMetadata(ServingObjects.metadata(owner, plan.name()))
                    .withNewSpec()
                    .withNewScaleTargetRef()
                    .withApiVersion("apps/v1")
                    .withKind("Deployment")
                    .withName(ServingObjects.name(owner.getMetadata().getName(), plan.name()))
                    .endScaleTargetRef()
                    .withMinReplicas(Scaling.minimum(autoscaling))
                    .withMaxReplicas(autoscaling.maxReplicas())
                    .addNewMetric()
                    .withType("Resource")
                    .withNewResource()
                    .withName("cpu")
                    .withNewTarget()
                    .withType("Utilization")
                    .withAverageUtilization(Scaling.utilization(autoscaling))
                    .endTarget()
                    .endResource()
                    .endMetric()
                    .endSpec()
                    .build());
  }

  /**
   * The number of pods that a Deployment has, to be written once by a field manager of its own
   * before the operator's usual one lets go of it for an autoscaler: a field that nobody holds any
   * more falls back to 1.
   *
   * @param actual the Deployment as it is
   * @return empty where the number was left to an autoscaler before, or is not left to one
   */
  public static Optional<Deployment> handOver(HasMetadata desired, HasMetadata actual) {
    if (!(actual instanceof Deployment there) || !isAutoscaled(desired) || isAutoscaled(actual)) {
      return Optional.empty();
    }
    return Optional.of(
        new DeploymentBuilder()
            .withNewMetadata()
            .withName(there.getMetadata().getName())
            .withNamespace(there.getMetadata().getNamespace())
            .endMetadata()
            .withNewSpec()
            .withReplicas(there.getSpec().getReplicas())
            .endSpec()
            .build());
  }

  private static boolean isAutoscaled(HasMetadata object) {
    Map<String, String> annotations = object.getMetadata().getAnnotations();
    return annotations != null && annotations.containsKey(AUTOSCALED);
  }
}
