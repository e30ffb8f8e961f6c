package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.CompressionPolicy;
import dev.modelfleet.api.v1alpha1.DeploymentTarget;
import dev.modelfleet.api.v1alpha1.HardwareTarget;
import dev.modelfleet.api.v1alpha1.ModelDeployment;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatus;
import dev.modelfleet.api.v1alpha1.ModelDeploymentStatusBuilder;
import dev.modelfleet.api.v1alpha1.ModelVariant;
import dev.modelfleet.operator.analysis.decide.Measurement;
import dev.modelfleet.operator.analysis.decide.Question;
import dev.modelfleet.operator.member.decide.MemberView;
import dev.modelfleet.operator.member.decide.MembersFacts;
import dev.modelfleet.operator.placement.decide.NodeFacts;
import dev.modelfleet.operator.source.Resolution;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is observed of one ModelDeployment.
 *
 * @param deployment the object as the cache has it
 * @param policy the CompressionPolicy that it names; null where it names none or none is there
 * @param targets the HardwareTargets that it names and that are there, by name
 * @param digests what is known of each URI that has no digest beside it
 * @param variants every ModelVariant of the namespace that may be its own, by name
 * @param revisions that are kept, oldest first
 * @param workloads Deployments and DaemonSets that it owns, by target
 * @param conflicts what of its names is taken by something else, in a sentence each
 * @param nodes of the cluster
 * @param pods that serve it
 * @param members the member clusters, and what they were told of it
 * @param measurements the last answers to each query that the rollout is judged by, newest last
 * @param routes what is there of the Gateway API for it
 */
public record DeploymentFacts(
    ModelDeployment deployment,
    CompressionPolicy policy,
    Map<String, HardwareTarget> targets,
    Map<String, Resolution> digests,
    Map<String, ModelVariant> variants,
    List<Revision> revisions,
    Map<String, List<WorkloadFacts>> workloads,
    List<String> conflicts,
    List<NodeFacts> nodes,
    List<ServingPod> pods,
    MembersFacts members,
    Map<Question, List<Measurement>> measurements,
    RouteFacts routes) {

  /** A target in the member clusters that its HardwareTarget selects; empty for the hub. */
  public List<MemberView> memberViews(DeploymentTarget target) {
    HardwareTarget hardware = targets.get(target.hardwareTargetRef().name());
    return hardware == null || hardware.getSpec().placement().clusterSelector().isEmpty()
        ? List.of()
        : members.of(target.name(), hardware.getSpec().placement().clusterSelector());
  }

  /** The status as it is, empty where there is none yet. */
  public ModelDeploymentStatus status() {
    return Optional.ofNullable(deployment.getStatus())
        .orElseGet(() -> ModelDeploymentStatusBuilder.builder().build());
  }

  /** A kept revision. */
  public Optional<Revision> revision(String hash) {
    return revisions.stream().filter(revision -> revision.hash().equals(hash)).findFirst();
  }

  /** The generation of the spec. */
  public long generation() {
    return deployment.getMetadata().getGeneration();
  }
}
