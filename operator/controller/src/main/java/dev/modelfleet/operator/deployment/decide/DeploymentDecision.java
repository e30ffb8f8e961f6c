package dev.modelfleet.operator.deployment.decide;

import dev.modelfleet.api.v1alpha1.ModelVariantSpec;
import dev.modelfleet.api.v1alpha1.RejectedRevision;
import dev.modelfleet.operator.rollout.decide.RolloutPlan;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is done for a ModelDeployment now.
 *
 * @param state where the rollout stands
 * @param update the revision that the spec asks for; null where it is not known
 * @param current hash of the last revision that all targets served; null for none
 * @param rejected revisions that are not tried again, newest first
 * @param servings what each target serves, in the spec's order
 * @param variants ModelVariants that must exist, by name
 * @param keptRevisions hashes of the revisions that stay
 * @param keptVariants names of the ModelVariants that stay
 * @param paused whether pods must not be replaced
 * @param plan what units of the fleet are told; null where nothing is rolled out over something
 * @param problems requests that can't be followed, in a sentence each
 */
public record DeploymentDecision(
    RolloutState state,
    Revision update,
    String current,
    List<RejectedRevision> rejected,
    List<TargetServing> servings,
    Map<String, ModelVariantSpec> variants,
    Set<String> keptRevisions,
    Set<String> keptVariants,
    boolean paused,
    RolloutPlan plan,
    List<String> problems) {}
