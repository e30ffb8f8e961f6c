package dev.modelfleet.operator.rollout.decide;

/**
 * One step of a rollout.
 *
 * @param plan what is done next
 * @param failure why the update is rejected by this step; null where it is not
 * @param current the last revision that was everywhere, after this step; null for none
 */
public record RolloutStep(RolloutPlan plan, RolloutPlan.Verdict.Failed failure, String current) {}
