package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.ModelDeployment;
import io.fabric8.kubernetes.api.model.IntOrString;

/** {@code rollout.maxUnavailable}: a number of pods or a share of them. */
final class MaxUnavailable {

  private static final IntOrString ONE = new IntOrString(1);

  private MaxUnavailable() {}

  /** As the spec has it; 1 unless given. */
  static IntOrString value(ModelDeployment deployment) {
    var rollout = deployment.getSpec().rollout();
    return rollout == null || rollout.maxUnavailable() == null ? ONE : rollout.maxUnavailable();
  }

  /** As a number of pods; for a share, of which the pods are not known, one pod. */
  static int of(ModelDeployment deployment) {
    Integer number = value(deployment).getIntVal();
    return number == null ? 1 : number;
  }
}
