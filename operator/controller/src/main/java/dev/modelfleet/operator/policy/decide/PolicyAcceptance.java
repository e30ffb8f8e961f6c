package dev.modelfleet.operator.policy.decide;

import dev.modelfleet.api.v1alpha1.CompressionPolicy;
import dev.modelfleet.api.v1alpha1.CompressionPolicyConditions;
import dev.modelfleet.api.v1alpha1.CompressionPolicyConditions.Reason;
import dev.modelfleet.api.v1alpha1.CompressionPolicyStatus;
import dev.modelfleet.api.v1alpha1.PolicyRecipe;
import dev.modelfleet.artifact.ContractJson;
import dev.modelfleet.artifact.Recipe;
import dev.modelfleet.operator.status.Conditions;
import java.time.Instant;
import java.util.Optional;

/** Whether a CompressionPolicy can be used. */
public final class PolicyAcceptance {

  private PolicyAcceptance() {}

  /** The status of a policy that {@code users} ModelDeployments name. */
  public static CompressionPolicyStatus judge(CompressionPolicy policy, int users, Instant now) {
    long generation = policy.getMetadata().getGeneration();
    Conditions conditions =
        new Conditions(
            policy.getStatus() == null ? null : policy.getStatus().conditions(), generation, now);
    Optional<String> contradiction =
        policy.getSpec().recipes().stream()
            .flatMap(recipe -> contradiction(recipe).stream())
            .findFirst();
    conditions.set(
        CompressionPolicyConditions.ACCEPTED,
        contradiction.isEmpty(),
        contradiction.isEmpty() ? Reason.ACCEPTED : Reason.INVALID,
        contradiction.orElse(policy.getSpec().recipes().size() + " recipes can be used"));
    return new CompressionPolicyStatus(generation, users, conditions.list());
  }

  private static Optional<String> contradiction(PolicyRecipe recipe) {
    try {
      ContractJson.read(ContractJson.write(recipe), Recipe.class);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of("recipe " + recipe.name() + ": " + e.getMessage());
    }
  }
}
