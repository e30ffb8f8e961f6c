package dev.modelfleet.operator.deployment.decide;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;

/**
 * Compute resources of a serving container: those of the spec, else what the model's size suggests.
 * The server takes about the model's size plus 120 MiB at rest and at most three times the size.
 */
final class ServingResources {

  private static final long MEBI = 1L << 20;
  private static final long REQUEST_BASE = 128;
  private static final long LIMIT_BASE = 256;

  private ServingResources() {}

  static ResourceRequirements of(TargetPlan plan, long modelBytes) {
    ResourceRequirementsBuilder resources =
        plan.resources() != null
            ? new ResourceRequirementsBuilder(plan.resources().toRequirements())
            : bySize(modelBytes);
    if (plan.resourceName() != null) {
      Quantity one = new Quantity("1");
      resources.addToRequests(plan.resourceName(), one).addToLimits(plan.resourceName(), one);
    }
    return resources.build();
  }

  private static ResourceRequirementsBuilder bySize(long modelBytes) {
    long mebi = (modelBytes + MEBI - 1) / MEBI;
    return new ResourceRequirementsBuilder()
        .addToRequests("cpu", new Quantity("100m"))
        .addToRequests("memory", new Quantity(Long.toString(mebi + REQUEST_BASE), "Mi"))
        .addToLimits("memory", new Quantity(Long.toString(4 * mebi + LIMIT_BASE), "Mi"));
  }
}
