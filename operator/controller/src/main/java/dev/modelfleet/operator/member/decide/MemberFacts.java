package dev.modelfleet.operator.member.decide;

import dev.modelfleet.api.v1alpha1.EdgeDeployment;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentStatus;
import dev.modelfleet.api.v1alpha1.EdgeDeploymentStatusBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Optional;

/**
 * What is observed of one EdgeDeployment in its cluster.
 *
 * @param deployment as the hub last gave it
 * @param memory what was last reported; null before the first report
 * @param present Deployments, DaemonSets and Services that were applied for it
 * @param troubles of its pods
 */
public record MemberFacts(
    EdgeDeployment deployment,
    EdgeDeploymentStatus memory,
    List<HasMetadata> present,
    List<PodTrouble> troubles) {

  private static final EdgeDeploymentStatus NOTHING = EdgeDeploymentStatusBuilder.builder().build();

  public MemberFacts {
    memory = memory == null ? NOTHING : memory;
    present = List.copyOf(present);
    troubles = List.copyOf(troubles);
  }

  /** The present object of the same kind, namespace and name. */
  public Optional<HasMetadata> same(HasMetadata object) {
    return present.stream().filter(other -> MemberObjects.same(object, other)).findFirst();
  }

  /** The generation of the spec. */
  public long generation() {
    Long generation = deployment.getMetadata().getGeneration();
    return generation == null ? 0 : generation;
  }
}
