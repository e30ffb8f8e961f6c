package dev.modelfleet.operator.deployment.decide;

/**
 * How far a revision is on the units of a target, where more than one object serves it.
 *
 * @param desired number of pods that there should be
 * @param updated number of places with a ready pod of the revision
 * @param ready number of places with a ready pod, of any revision
 * @param settled whether every unit that can be reached is verified and nothing else is left
 */
public record Spread(int desired, int updated, int ready, boolean settled) {}
